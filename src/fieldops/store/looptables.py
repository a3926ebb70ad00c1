"""The tables of the quality loop: what is to happen when; see ``tables``."""

from sqlmodel import Field, SQLModel

from fieldops.store.columns import big, blob


class Due(SQLModel, table=True):
    """When time acts next on a subject: a deadline, a follow-up, a round that was not walked.

    Written in the transaction that changes the subject, so that none is forgotten.
    """

    __tablename__ = "due"
    subject: bytes = Field(sa_column=blob(primary_key=True))
    kind: str
    feed: bytes = Field(sa_column=blob())
    at_ms: int = Field(sa_column=big(index=True))
