"""What a reader sees instead of what is not for them (domain.md, rules 11 and 12).

Three things hide: a member's own data level (it is withheld whole, and named in ``withheld``), the
level that its text was raised to (masked, and named in ``masked``), and that it tells of a site
which the reader may not see.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Any
from uuid import UUID

import msgspec

from fieldops.model.access import Level
from fieldops.rules.personal import covers, mask
from fieldops.rules.texts import OWN_LEVELS, RAISED, SEALED

SEAL = "***"
"""What stands for each text of a sealed member in an op that is shown whole."""
_NONE: frozenset[str] = frozenset()
_LEVELLED = {
    kind: frozenset(OWN_LEVELS.get(kind, ())) | SEALED.get(kind, _NONE)
    for kind in {*OWN_LEVELS, *SEALED}
}
"""The members of each kind that not everybody gets, whatever stands in them."""
_TOLD = frozenset({RAISED, "levels"})
"""The members that say which others have a level: of texts, of a register's columns."""
_TELLING = {kind: members | _TOLD for kind, members in _LEVELLED.items()} | {
    "photo": _LEVELLED.get("photo", _NONE) | _TOLD | {"notes"}
}
_ELSEWHERE = {"used": "elsewhere"}
"""What is left of a note's evidence that names a photo of another site."""


def is_plain(kind: str, body: Mapping[str, Any], conflict: Mapping[str, Any]) -> bool:
    """Whether everybody may see all of a body and of what stands beside its members.

    Most bodies are plain, but for the answer of a result, which is not asked about here.
    """
    telling = _TELLING.get(kind, _TOLD)
    return body.keys().isdisjoint(telling) and (not conflict or conflict.keys().isdisjoint(telling))


def redact(
    kind: str,
    body: dict[str, Any],
    level: Level,
    sites: Collection[UUID] | None = (),
    declared: Level = Level.L1,
    opened: bool = False,
) -> dict[str, Any]:
    """The body as somebody with this level may see it.

    ``declared`` is the level of a result's answer, as its item has it.  ``opened`` is for whoever
    wrote down what is sealed: it is theirs to see.  ``sites`` are those whose
    photos may be named in notes on evidence, None every one: who may not see a site learns only
    that a photo was used elsewhere.  Whoever names none sees none.
    """
    if kind == "photo" and sites is not None and body.get("notes"):
        body = {**body, "notes": [_note(one, sites) for one in body["notes"]]}
    if kind == "register":
        return _register(body, level)
    # Most results end here: nothing of them has a level of its own.
    is_open = declared <= level and _LEVELLED.get(kind, _NONE).isdisjoint(body)
    if not is_open and (hidden := sorted(withheld(kind, level, declared, opened) & body.keys())):
        kept = {name: value for name, value in body.items() if name not in hidden}
        body = {**kept, "withheld": hidden}
    return masked(body, level) if RAISED in body else body


def redact_conflict(
    kind: str,
    conflict: Mapping[str, list[dict[str, Any]]],
    body: Mapping[str, Any],
    level: Level,
    declared: Level = Level.L1,
    opened: bool = False,
) -> dict[str, list[dict[str, Any]]]:
    """The values that stand beside those of a body, as somebody with this level may see them."""
    is_open = declared <= level and _LEVELLED.get(kind, _NONE).isdisjoint(conflict)
    hidden = _NONE if is_open else withheld(kind, level, declared, opened)
    above = _above(body, level)
    return {
        name: covered(values, level) if name in above else values
        for name, values in conflict.items()
        if name not in hidden
    }


def withheld(kind: str, level: Level, declared: Level, opened: bool = False) -> frozenset[str]:
    """The members that a reader does not get at all."""
    sealed = SEALED.get(kind, frozenset())
    found = {name for name, needed in OWN_LEVELS.get(kind, {}).items() if needed > level}
    found = found - sealed if opened else found | sealed
    if kind == "result" and declared > level:
        found.add("value")
    return frozenset(found)


def masked(body: dict[str, Any], level: Level) -> dict[str, Any]:
    """The body with what was raised above a level masked, and named in ``masked``."""
    above = sorted(_above(body, level) & body.keys())
    if not above:
        return body
    return {**body, **{name: covered(body[name], level) for name in above}, "masked": above}


def covered(value: Any, level: Level) -> Any:
    """A value with everything personal above a level masked, however deep it stands."""
    if isinstance(value, str):
        return mask(value, level)
    if isinstance(value, dict):
        return {name: covered(inner, level) for name, inner in value.items()}
    return [covered(inner, level) for inner in value] if isinstance(value, list) else value


def masked_op(raw: bytes, level: Level) -> str:
    """The bytes of an op as text, as sent where nothing in it is above the level.

    Bytes that are not JSON are masked as the text that they are.
    """
    text = raw.decode("utf-8", "backslashreplace")
    try:
        op = msgspec.json.decode(raw)
        seen = covered(_sealed(op), level)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return mask(text, level)
    return text if seen == op else msgspec.json.encode(seen).decode()


def restored(given: Any, original: Any, level: Level) -> Any:
    """A correction by somebody with this level: what he gives back as he saw it stays as it was."""
    if isinstance(given, str) and isinstance(original, str):
        return original if given in (mask(original, level), SEAL) else given
    if isinstance(given, dict) and isinstance(original, dict):
        return {name: restored(one, original.get(name), level) for name, one in given.items()}
    if isinstance(given, list) and isinstance(original, list) and len(given) == len(original):
        return [restored(one, old, level) for one, old in zip(given, original, strict=True)]
    return given


def leftover(op: Any, raw: bytes, level: Level) -> str | None:
    """The first text of a corrected op in which something that was masked still stands, if any.

    ``raw`` is the original as it came.  ``restored`` puts back what comes as it was shown, where it
    was shown; of what was moved, or changed around its stars, nobody knows what it was.
    """
    try:
        original = msgspec.json.decode(raw)
        is_sealed = _sealed(original) != original
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        original, is_sealed = raw.decode("utf-8", "backslashreplace"), False
    known = frozenset(_texts(original))
    masks = frozenset().union(*(covers(text, level) for text in known))
    masks |= {SEAL} if is_sealed else _NONE
    new = (text for text in _texts(op) if text not in known)
    return next((text for text in new if any(one in text for one in masks)), None)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _texts(inner)


def _sealed(op: Any) -> Any:
    """An op whose sealed members say only that they are there."""
    if not isinstance(op, dict) or not isinstance(op.get("payload"), dict):
        return op
    sealed = frozenset().union(*SEALED.values())
    payload = {name: _seal(one) if name in sealed else one for name, one in op["payload"].items()}
    if isinstance(payload.get("set"), dict):
        decided = payload["set"].items()
        payload["set"] = {name: _seal(one) if name in sealed else one for name, one in decided}
    return {**op, "payload": payload}


def _seal(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _seal(one) for name, one in value.items()}
    return [_seal(one) for one in value] if isinstance(value, list) else SEAL


def _above(body: Mapping[str, Any], level: Level) -> frozenset[str]:
    raised: Mapping[str, int] = body.get(RAISED) or {}
    if not raised:
        return _NONE
    return frozenset(name for name, needed in raised.items() if needed > level)


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
