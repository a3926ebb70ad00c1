"""The table of sites' maps; see ``tables``."""

from sqlmodel import Field, SQLModel

from fieldops.store.columns import big, blob


class SiteMap(SQLModel, table=True):
    """A picture of a site, north up, and where its edges are.

    ``picture`` is the JPEG that is shown: one a site, of some hundred kB, so it stands here and
    goes into every backup by itself.  ``place`` are the edges as JSON.
    """

    __tablename__ = "site_map"
    site: bytes = Field(sa_column=blob(primary_key=True))
    sha256: bytes = Field(sa_column=blob())
    place: bytes = Field(sa_column=blob())
    set_ms: int = Field(sa_column=big())
    picture: bytes = Field(sa_column=blob())
