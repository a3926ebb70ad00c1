"""Which photos a report shows: the worst and the best of a month, by a rule that it states.

    photos that may be shown ─┬─ of what failed  ─ severest, most often failed ─→ worst
                              └─ of what passed, without a remark ─ sharpest ───→ best

A photo may be shown if its bytes are a picture with derivatives, it is of an item (a photo of none
may show anything), is no signature, and neither its item nor its caption is above the level of
those whom the report is for: identity papers, faces and the like are L3 (domain.md, rule 11).
"""

from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

from msgspec import Struct

from fieldops.model.access import Level
from fieldops.model.checklist import Severity
from fieldops.rules.texts import raised

SHOWN = 6
"""Photos of each kind."""
_SEVERE = {"critical": 0, "major": 1, "minor": 2}
_ROLES = frozenset({"evidence", "before", "after"})
_KEPT = "decoded"


class Candidate(Struct, frozen=True, kw_only=True):
    """A photo that may be shown; ``failures`` is how often its item failed there in the month."""

    id: UUID
    place: str
    item: str
    severity: Severity
    is_failure: bool
    failures: int = 0
    remarks: int = 0
    sharpness: float = 0


def may_show(body: dict[str, Any], state: str, declared: Level, level: Level) -> bool:
    """Whether a photo's record lets it be shown to an audience of a level.

    ``declared`` is the level of its item's answers.
    """
    seen = (body.get("picture") or {}).get("verdict") == _KEPT
    if state in ("voided", "removed", "waived") or not seen or not body.get("item"):
        return False
    if (body.get("role") or "evidence") not in _ROLES or declared > level:
        return False
    return all(needed <= level for needed in raised("photo", body).values())


def worst(found: Iterable[Candidate], most: int = SHOWN) -> list[Candidate]:
    """Of what failed, the severest first, then what failed there most often; one of each item."""
    failed = (one for one in found if one.is_failure)
    return list(
        _apart(
            sorted(failed, key=lambda one: (_SEVERE[one.severity], -one.failures, one.id.hex)), most
        )
    )


def best(found: Iterable[Candidate], most: int = SHOWN) -> list[Candidate]:
    """Of what passed and bears no remark, the sharpest first; one of each item."""
    passed = (one for one in found if not one.is_failure and not one.remarks)
    return list(_apart(sorted(passed, key=lambda one: (-one.sharpness, one.id.hex)), most))


def _apart(ordered: Iterable[Candidate], most: int) -> Iterator[Candidate]:
    """The first of each item and place, so that one corridor does not fill the page."""
    told: set[tuple[str, str]] = set()
    for one in ordered:
        if len(told) == most:
            return
        if (one.place, one.item) not in told:
            told.add((one.place, one.item))
            yield one
