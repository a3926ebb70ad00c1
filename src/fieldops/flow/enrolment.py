"""The link by which a tablet enrols, and its QR code for a page that may hold no foreign markup."""

from urllib.parse import urlencode

import segno
from msgspec import Struct

SCHEME = "fieldops://enrol"
"""What the QR code holds: this, with the server's URL and the code as its query."""
_QUIET = 4
"""Light modules around the code (ISO/IEC 18004, 5.3.8)."""


class Drawn(Struct, frozen=True):
    """A QR code as one SVG path of its dark modules, in a square of ``size`` with its margin."""

    size: int
    path: str


def link(base: str, code: str) -> str:
    """What the tablet's camera reads, for a server with this base address."""
    return f"{SCHEME}?{urlencode({'url': base.rstrip('/'), 'code': code})}"


def draw(text: str) -> Drawn:
    """The QR code of a text."""
    rows = list(segno.make(text, error="m", micro=False).matrix_iter(border=_QUIET))
    dark = [(x, y) for y, row in enumerate(rows) for x, module in enumerate(row) if module]
    return Drawn(len(rows), "".join(f"M{x} {y}h1v1h-1z" for x, y in dark))
