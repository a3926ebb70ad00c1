"""The free texts of records, and the level that each is raised to by what is written in it.

    body ─ members that people word freely ─ what stands in them ─→ raised: {"note": 3}

What is raised is masked for whom it is not (``redaction``); when the text is put right, its level
falls again (domain.md, rule 12).
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from fieldops.model.access import Level
from fieldops.model.personal import Kind
from fieldops.rules.personal import find, has_hint

NAMES = ("item", "repeat")
"""What a device calls what it looked at: short, and its own words until a checklist knows them.

No key of a checklist looks like personal information, so that those that are known stay as they
are; so do repeats that are called as lifts and rooms are.
"""
TEXTS: dict[str, tuple[str, ...]] = {
    "inspection": (
        "note",
        "submit_note",
        "handover_note",
        "seal_note",
        "reopen_reason",
        "review_note",
        "void",
    ),
    "result": (*NAMES, "value", "note", "review_note", "void"),
    "photo": (*NAMES, "caption", "waived", "review_note", "void"),
    "feedback": (
        "text",
        "contact",
        "consent",
        "void",
        "classified",
        "handover",
        "declined",
        "investigation",
        "answer",
        "resolution",
        "followup",
        "reopening",
        "pause",
        "archive",
    ),
    "note": ("text", "void"),
    "suggestion": ("text", "void"),
    "finding": (
        "titles",
        *NAMES,
        "evidence",
        "withdrawn",
        "void",
        "text",
        "assignment",
        "rectifications",
        "rechecks",
        "appeals",
        "decisions",
        "pauses",
        "resumptions",
    ),
    "task": ("reason",),
    "override": ("reason",),
    "policy": ("reason",),
    "plan": ("title",),
    "round": ("title", "assign_note", "withdrawn"),
    "qualification": ("withdrawn",),
    "calendar": ("reason",),
    "endpoint": ("description", "reason"),
    "checklist": ("withdrawn",),
}
"""The members of a body that hold free text, alone or inside, by kind of subject."""
NO_TEXTS: dict[str, str] = {
    "site": "an address book of the company, kept by the office",
    "area": "as of a site",
    "person": "staff as their own tablet must know them, in that tablet's own feed",
    "register": "columns with levels that the plugin declares",
}
"""Kinds whose texts are not looked into, and why."""
NOT_READ: dict[tuple[str, str], str] = {
    ("checklist", "titles"): "a published standard, for everybody",
    ("consent", "texts"): "published on the form, for everybody",
    ("photo", "notes"): "what the server's own rules say of a photo",
    ("photo", "removed"): "the server's words",
}
"""Single members that are not looked into, and why."""
OWN_LEVELS: dict[str, dict[str, Level]] = {"feedback": {"contact": Level.L3}}
"""The data level of members above L1, whatever stands in them, by kind of subject."""
SEALED: dict[str, frozenset[str]] = {"feedback": frozenset({"contact"})}
"""Members that no view shows, at any level: who needs one says what for, and is on record
(``flow.contacts``)."""
RAISED = "raised"
"""The member of a body that tells which others were raised, and to which level.  The server's own:
no payload has it."""
_NOTHING: dict[str, list[dict[str, Any]]] = {}


def raised(
    kind: str, body: Mapping[str, Any], conflict: Mapping[str, Any] = _NOTHING
) -> dict[str, int]:
    """By member the level that its text asks for, where that is above the member's own.

    A value that stands beside in a conflict counts with the one that stands.
    """
    found: dict[str, int] = {}
    for name, is_bare in _LOOKS.get(kind, ()):
        # Nearly every text ends here: a server asks this of each op that comes in.
        if name not in body or (name not in conflict and is_bare(body[name])):
            continue
        level = level_in([body[name], conflict.get(name)])
        if level > OWN_LEVELS.get(kind, {}).get(name, Level.L1):
            found[name] = int(level)
    return found


def are_bare(kind: str, bodies: Sequence[Mapping[str, Any]]) -> bool:
    """Whether nothing personal can stand in any of these: ``raised`` of each is empty then."""
    for name in TEXTS.get(kind, ()):
        values = [body[name] for body in bodies if name in body]
        texts = {value for value in values if type(value) is str}
        others = (value for value in values if type(value) is not str)
        is_bare = _is_bare_name if name in NAMES else _is_bare
        if not (all(map(is_bare, texts)) and all(map(_is_bare, others))):
            return False
    return True


def _is_bare(value: Any) -> bool:
    """Whether there can be nothing in a value: a text without a hint, or a few such chosen."""
    if type(value) is str:
        return not has_hint(value)
    return type(value) is list and all(map(_is_bare, value))


def _is_known(value: Any) -> bool:
    """As ``_is_bare``, of a name: a checklist has some hundreds, and they come again and again."""
    return _is_bare_name(value) if type(value) is str else _is_bare(value)


@lru_cache(maxsize=4096)
def _is_bare_name(value: str) -> bool:
    return _is_bare(value)


_LOOKS = {
    kind: tuple((name, _is_known if name in NAMES else _is_bare) for name in names)
    for kind, names in TEXTS.items()
}
"""How each member is looked at first."""


def level_in(value: Any) -> Level:
    """The level of everything that is written in a value, however deep."""
    hits = (hit for text in words(value) for hit in find(text))
    return max((hit.level for hit in hits), default=Level.L1)


def kinds_in(value: Any) -> tuple[Kind, ...]:
    """The kinds of personal information that are written in a value, sorted."""
    return tuple(sorted({hit.kind for text in words(value) for hit in find(text)}))


def words(value: Any) -> Iterator[str]:
    """The texts in a value, however deep; the keys of objects are none."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from words(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from words(inner)
