"""The tables of the quality loop: what is to happen when; see ``tables``."""

from sqlmodel import Field, SQLModel

from fieldops.store.columns import big, blob


class Walker(SQLModel, table=True):
    """Who walked a submitted inspection: what a qualification that is recorded later is held to.

    ``began_ms`` is when the walk began, ``domain`` that of its checklist.
    """

    __tablename__ = "walker"
    person: bytes = Field(sa_column=blob(primary_key=True))
    inspection: bytes = Field(sa_column=blob(primary_key=True, index=True))
    feed: bytes = Field(sa_column=blob())
    domain: str
    began_ms: int = Field(sa_column=big())


class Due(SQLModel, table=True):
    """When time acts next on a subject: a deadline, a follow-up, a round that was not walked.

    Written in the transaction that changes the subject, so that none is forgotten.
    """

    __tablename__ = "due"
    subject: bytes = Field(sa_column=blob(primary_key=True))
    kind: str
    feed: bytes = Field(sa_column=blob())
    at_ms: int = Field(sa_column=big(index=True))
