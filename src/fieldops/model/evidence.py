"""What one photo's evidence is judged by: what it says of itself, and what it is compared with."""

from uuid import UUID

from msgspec import Struct

from fieldops.model.picture import Measures
from fieldops_sync.payloads import PictureFacts


class Place(Struct, frozen=True):
    """What a photo is evidence of: ``day`` is the date at the site, or empty if unknown."""

    site: UUID
    inspection: UUID
    item: str = ""
    repeat: str = ""
    day: str = ""


class Twin(Struct, frozen=True):
    """Another photo of the same bytes or of nearly the same picture, ``bits`` of its hash away.

    ``no`` orders all photos by their arrival.
    """

    photo: UUID
    no: int
    place: Place
    bits: int = 0


class Gap(Struct, frozen=True):
    """The device's own numbers that are missing just before a photo's, both inclusive."""

    first: int
    last: int


class Times(Struct, frozen=True):
    """When a photo was taken and recorded; every instant in ms since 1970.

    ``taken_ms`` and ``recorded_ms`` are what the device's wall clock claims, ``true_taken_ms`` and
    ``true_recorded_ms`` the same by the server's clock, each None where unknown; ``wall`` is the
    claim as text, ``offset_min`` its offset from UTC.  ``zone`` is the site's, an IANA name.
    """

    received_ms: int
    zone: str
    wall: str = ""
    offset_min: int | None = None
    taken_ms: int | None = None
    true_taken_ms: int | None = None
    recorded_ms: int | None = None
    true_recorded_ms: int | None = None


class Exhibit(Struct, frozen=True, kw_only=True):
    """One photo whose bytes are stored and were looked at.

    Coordinates are decimals as text; ``fence`` is that of the site's record.  ``same`` and ``near``
    are earlier photos, in the order of their arrival.
    """

    place: Place
    role: str = "evidence"
    facts: PictureFacts
    measures: Measures | None = None
    times: Times
    latitude: str | None = None
    longitude: str | None = None
    accuracy_m: str | None = None
    fence: dict[str, str] | None = None
    gap: Gap | None = None
    same: tuple[Twin, ...] = ()
    near: tuple[Twin, ...] = ()
