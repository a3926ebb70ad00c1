"""The table of what people and devices were, entry by entry; see ``tables`` and ``roster``."""

from sqlmodel import Field, SQLModel

from fieldops.store.columns import big, blob


class Roster(SQLModel, table=True):
    """How a person (``user``) or a device stood from a position of the log on.  Append-only.

    ``position`` is 0 until the transaction's end.
    """

    __tablename__ = "roster"
    no: int | None = Field(default=None, primary_key=True)
    kind: str
    subject: bytes = Field(sa_column=blob())
    position: int = Field(sa_column=big(index=True))
    body: bytes = Field(sa_column=blob())
