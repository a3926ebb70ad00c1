"""What a reader sees instead of what is not for them (domain.md, rules 11 and 12).

Two things hide a member: its data level, and that it tells of a site which the reader may not see.
"""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from fieldops.model.access import Level

_LEVELS: dict[str, dict[str, Level]] = {"feedback": {"contact": Level.L2}}
"""The data level of members above L1, by kind of subject."""
_ELSEWHERE = {"used": "elsewhere"}
"""What is left of a note's evidence that names a photo of another site."""


def redact(
    kind: str, body: dict[str, Any], level: Level, sites: Collection[UUID] | None = ()
) -> dict[str, Any]:
    """The body as somebody with this level may see it: members above it are withheld by name.

    ``sites`` are those whose photos may be named in notes on evidence, None every one: who may not
    see a site learns only that a photo was used elsewhere.  Whoever names none sees none.
    """
    hidden = [name for name, needed in _LEVELS.get(kind, {}).items() if needed > level]
    hidden = [name for name in hidden if name in body]
    if kind == "photo" and sites is not None and body.get("notes"):
        body = {**body, "notes": [_note(one, sites) for one in body["notes"]]}
    if kind == "register":
        body = _register(body, level)
    if not hidden:
        return body
    kept = {name: value for name, value in body.items() if name not in hidden}
    return {**kept, "withheld": sorted(hidden)}


def _register(body: dict[str, Any], level: Level) -> dict[str, Any]:
    """An entry without the columns above the reader's level."""
    above = [name for name, needed in (body.get("levels") or {}).items() if needed > level]
    hidden = sorted(set(above) & (body.get("values") or {}).keys())
    if not hidden:
        return body
    values = {name: value for name, value in body["values"].items() if name not in hidden}
    return {**body, "values": values, "withheld": hidden}


def _note(note: dict[str, Any], sites: Collection[UUID]) -> dict[str, Any]:
    named = note.get("evidence", {}).get("site")
    if named is None or UUID(named) in sites:
        return note
    return {**note, "evidence": _ELSEWHERE}
