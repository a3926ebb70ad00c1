"""The table of calls that are known by a key of their own; see ``tables``."""

from sqlmodel import Field, SQLModel

from fieldops.store.columns import big, blob


class DoneOnce(SQLModel, table=True):
    """A call from a desk that took effect: ``mark`` is of what was asked, ``sealed`` its answer.

    ``name`` and ``mark`` are keyed hashes, and only the caller's key opens the answer.
    """

    __tablename__ = "done_once"
    name: bytes = Field(sa_column=blob(primary_key=True))
    mark: bytes = Field(sa_column=blob())
    sealed: bytes = Field(sa_column=blob())
    done_ms: int = Field(sa_column=big(index=True))
