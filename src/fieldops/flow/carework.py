"""What the care of bytes writes: each request is one transaction, and may be sent again.

The worker reads the database and the blob store by itself and hands these in, as its readers do
(``handin``); ``caretake`` takes them.  Hashes are SHA-256 in hexadecimal digits.
"""

from typing import Literal

from msgspec import Struct


class Condemn(Struct, frozen=True, tag="condemn"):
    """Give over to be deleted what is an orphan and was not touched since ``before_ms``.

    Everything is looked at again; the answer names what was condemned.
    """

    hashes: list[str]
    before_ms: int


class Retire(Struct, frozen=True, tag="retire"):
    """Give over to be deleted photos of closed inspections that came before ``before_ms``."""

    hashes: list[str]
    before_ms: int
    days: int


class Bury(Struct, frozen=True, tag="bury"):
    """These bytes are deleted; those that are ``kept`` the store would not let go yet."""

    hashes: list[str]
    kept: list[str] = []


class Sight(Struct, frozen=True, tag="sight"):
    """These bytes lie in the store, and no row knows them; hash → size in bytes."""

    sizes: dict[str, int]


class Tidy(Struct, frozen=True, tag="tidy"):
    """Forget rows that have no use any more; ``before_ms`` as in ``Condemn``."""

    before_ms: int


Verdict = Literal["good", "mended", "damaged", "missing", "unreadable"]
"""``mended`` is good where it had been found otherwise before."""


class Checked(Struct, frozen=True):
    """What the scrubber found of bytes that had this ``generation`` when it looked."""

    sha256: str
    verdict: Verdict
    generation: int


class Check(Struct, frozen=True, tag="check"):
    """Record what the scrubber found; the answer names what was newly found damaged or mended.

    ``derivatives`` are damaged ones, each with its original: they must be made again.
    """

    found: list[Checked]
    derivatives: dict[str, str] = {}


class Round(Struct, frozen=True, tag="round"):
    """A round of care is over: when it ended, and what it did, as counts by name."""

    kind: Literal["collect", "scrub", "retire", "hold"]
    at_ms: int
    done: dict[str, int]


CareRequest = Condemn | Retire | Bury | Sight | Tidy | Check | Round
"""Everything that care hands in."""
