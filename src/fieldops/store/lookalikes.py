"""Pictures whose difference hashes are near, found by index among millions.

    64 bits = band 0 (22) │ band 1 (21) │ band 2 (21)        each indexed by itself

Two hashes that differ in at most 8 bits differ in at most ⌊8 / 3⌋ = 2 within one of three bands, or
each would hold 3 of them.  So every band is asked for the 1 + w + w(w−1)/2 values that are at most
2 bits away, 254 or 232 of four or two million, and what comes is checked bit by bit (multi-index
hashing: M. Norouzi, A. Punjani, D. J. Fleet, CVPR 2012).
"""

from functools import cache
from itertools import combinations

from sqlmodel import Session

from fieldops.store import batch
from fieldops.store.pictures import BANDS, bands, signed

BITS_MAX = 8
"""Further apart, hashes may differ in three bits within every band."""
_ALL = (1 << 64) - 1


def near(session: Session, dhash: str, bits: int = BITS_MAX) -> dict[bytes, int]:
    """The SHA-256 of pictures at most ``bits`` away from a hash, each with its distance.

    ``dhash`` is 16 hexadecimal digits, ``bits`` 0 to ``BITS_MAX``.
    """
    wanted = signed(dhash)
    found: dict[bytes, int] = {}
    for number, (value, width) in enumerate(zip(bands(wanted), BANDS, strict=True)):
        band = f"band{number}"
        close = neighbours(value, width, bits // len(BANDS))
        # Hashes first, from the index alone: of hundreds in reach hardly one is near.
        rows = batch.select_numbers(session, f"SELECT dhash FROM picture WHERE {band} {{}}", close)
        for other in {row[0] for row in rows}:
            if (apart := distance(wanted, other)) <= bits:
                found |= dict.fromkeys(_named(session, band, other, bands(other)[number]), apart)
    return found


def _named(session: Session, band: str, dhash: int, piece: int) -> list[bytes]:
    """The SHA-256 of the pictures with exactly this hash."""
    query = f"SELECT sha256 FROM picture WHERE {band} = :piece AND dhash = :dhash"
    return [bytes(row[0]) for row in batch.run(session, query, piece=piece, dhash=dhash)]


def distance(one: int, other: int) -> int:
    """In how many bits two signed hashes differ."""
    return ((one ^ other) & _ALL).bit_count()


def neighbours(value: int, width: int, away: int) -> list[int]:
    """Every value of ``width`` bits that is at most ``away`` bits from ``value``."""
    return [value ^ flipped for flipped in _flips(width, away)]


@cache
def _flips(width: int, away: int) -> tuple[int, ...]:
    """Every way to turn over at most ``away`` of ``width`` bits: hundreds, the same for each."""
    return tuple(
        sum(1 << place for place in places)
        for count in range(away + 1)
        for places in combinations(range(width), count)
    )
