"""What a browser gets of the console: one page for every address of it, and that page's parts.

    ui/ ─build (ui/build.py)→ console/dist/ ─→ index.html   every page of the console, not kept
                                              assets/…      named by their content, kept for a year

The page holds nothing of anybody: whoever opens it may, and asks the API for what is shown.
"""

import gzip
import mimetypes
from functools import cache
from hashlib import sha256
from pathlib import Path

from msgspec import Struct

DIST = Path(__file__).with_name("dist")
"""Where the build puts them; not under version control, but in the wheel."""
PAGES = (
    "assessment",
    "audit",
    "checklists",
    "complaints",
    "conflicts",
    "devices",
    "findings",
    "inspections",
    "people",
    "plugins",
    "profile",
    "quarantine",
    "review",
    "sites",
)
"""The first words of the console's addresses, ``ui/src/routes.ts`` has their pages."""
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:;"
    " connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none';"
    " require-trusted-types-for 'script'; trusted-types lit-html"
)
"""A page that loads only itself, and turns no text into code (CSP Level 3, Trusted Types)."""
_WORTH_BYTES = 1000


class ConsoleNotBuilt(RuntimeError):
    """The files are not there: this is a source tree on which ``make setup`` has not run."""


class Part(Struct, frozen=True):
    """A file: its bytes, as they are and packed by gzip (empty: not worth it), and its tag."""

    media_type: str
    body: bytes
    packed: bytes
    tag: str


def index() -> Part:
    """The page.  Raises ``ConsoleNotBuilt``."""
    found = part("index.html")
    if found is None:
        raise ConsoleNotBuilt("the console is not built: run `make console`")
    return found


def part(name: str) -> Part | None:
    """A file by its name below ``dist``; None for a name that the build did not write."""
    return _read(DIST, name) if name in _names(DIST) else None


@cache
def _names(folder: Path) -> frozenset[str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return frozenset(path.relative_to(folder).as_posix() for path in files)


@cache
def _read(folder: Path, name: str) -> Part:
    body = (folder / name).read_bytes()
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    is_text = kind.startswith("text/") or kind.endswith(("javascript", "json", "xml"))
    packed = gzip.compress(body, mtime=0) if is_text and len(body) > _WORTH_BYTES else b""
    return Part(kind, body, packed, f'"{sha256(body).hexdigest()[:32]}"')
