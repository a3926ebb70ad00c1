"""Which bytes a subject names, and which of them somebody waits for: the rule of the debt ledger.

A photo names one ``sha256``, a result, feedback or note its ``photos``, a finding those of every
step of its life; a value that stands beside in a conflict is kept until somebody decides, so its
bytes are named as well.  Nobody waits for the bytes of what was voided, of a photo that was waived,
or of one whose time to be kept is over.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from fieldops.model.record import State

_NOTHING: frozenset[str] = frozenset()
_BEARERS = frozenset({"result", "feedback", "note"})
"""The kinds whose ``photos`` are hashes; those of a submit are a number."""
_OF_STEPS = ("photos", "before", "after")
"""What the steps of a finding name."""
_STEPS = ("rectifications", "rechecks", "appeals")
"""The members of a finding that hold such steps."""


def bears_photos(state: State) -> bool:
    """Whether a subject names bytes at all, now or before."""
    if state.kind == "finding":
        return bool(_of_finding(state))
    return state.kind == "photo" or (state.kind in _BEARERS and "photos" in state.body)


def named(state: State | None) -> frozenset[str]:
    """The SHA-256 that a subject names."""
    if state is None:
        return _NOTHING
    if state.kind == "photo":
        values = _values(state, "sha256")
        return frozenset(value for value in values if value)
    if state.kind == "finding":
        return _of_finding(state)
    return frozenset(sha256 for value in _values(state, "photos") for sha256 in value or ())


def _of_finding(state: State) -> frozenset[str]:
    steps = [step for name in _STEPS for step in state.body.get(name) or ()]
    return frozenset(
        sha256
        for step in (state.body, *steps)
        for name in _OF_STEPS
        for sha256 in step.get(name) or ()
    )


def awaited(state: State | None) -> frozenset[str]:
    """Those of the named bytes that somebody waits for, whether they are here or not."""
    return named(state) if state is not None and is_live(state) else _NOTHING


def is_live(state: State) -> bool:
    """Whether anybody wants this subject's bytes."""
    body = state.body
    return not (
        body.get("void") or (state.kind == "photo" and (body.get("waived") or body.get("removed")))
    )


def described(kind: str, fields: Mapping[str, Any]) -> frozenset[str]:
    """The SHA-256 that an op's members name, for an op about a subject of this kind."""
    written = fields.get("set", fields)
    if kind == "photo":
        return frozenset({written["sha256"]} if written.get("sha256") else ())
    if kind == "finding":
        return frozenset(one for name in _OF_STEPS for one in written.get(name) or ())
    photos = written.get("photos") if kind in _BEARERS else None
    return frozenset(photos) if photos else _NOTHING


def _values(state: State, name: str) -> Iterable[Any]:
    """What stands for a member, and what stands beside it."""
    yield state.body.get(name)
    for beside in state.conflict.get(name, ()):
        yield beside["value"]
