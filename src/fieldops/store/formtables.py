"""The tables of public forms: their addresses, and how often each is used; see ``tables``."""

from sqlmodel import Field, SQLModel

from fieldops.store.columns import big, blob


class FormLink(SQLModel, table=True):
    """The address of a site's public form; it hangs on walls, so it is kept as it is.

    All that it opens is a page to say something on.  ``withdrawn_ms`` ends it.
    """

    __tablename__ = "form_link"
    token: str = Field(primary_key=True)
    site: bytes = Field(sa_column=blob(index=True))
    name: str
    made_ms: int = Field(sa_column=big())
    withdrawn_ms: int | None = Field(default=None, sa_column=big(nullable=True))


class FormUse(SQLModel, table=True):
    """How often something was sent in one hour; ``key`` is a keyed hash of a form or an address.

    Rows of earlier hours are removed; no address stands here in the clear.
    """

    __tablename__ = "form_use"
    key: bytes = Field(sa_column=blob(primary_key=True))
    hour: int = Field(primary_key=True)
    count: int
