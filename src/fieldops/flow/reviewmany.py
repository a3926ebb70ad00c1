"""One verdict on many photos of a walk: all of them, or a problem and nothing written."""

from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType
from sqlmodel import Session

from fieldops.flow import atonce, edits, look
from fieldops.flow.enter import desk_op, enter_desk
from fieldops.model.access import Person
from fieldops.model.problem import ProblemError, problem
from fieldops.model.record import State
from fieldops.model.said import Said
from fieldops.store import batch, records
from fieldops_sync.payloads import ReviewDecide, Text

MOST = 1_000
"""Photos that one request may decide on: three times those of a large walk (domain.md)."""


Verdict = Literal["approved", "returned", "retake"]


class Verdicts(Struct, frozen=True, forbid_unknown_fields=True):
    """A verdict as in ``review.decide``, null to take one back, and the photos that it is on.

    ``was`` is the verdict that the caller has seen on each of them, null for none: where one has
    another by now nothing is written.  Left out, whatever stands is replaced.
    """

    verdict: Verdict | None
    photos: Annotated[list[UUID], Meta(min_length=1, max_length=MOST)]
    note: Text = ""
    was: Verdict | None | UnsetType = UNSET


class Decided(Struct, frozen=True):
    """How many photos have the verdict now."""

    photos: int


def decide(
    session: Session, person: Person, inspection: UUID, asked: Verdicts, now_ms: int
) -> Decided:
    """Write the verdict on each photo.

    Raises ``ProblemError``: not-found (of the walk, or of a photo that is not its), forbidden,
    record-voided, revision-changed (somebody else has decided what the caller has not seen).
    """
    walk = look.visible(session, person, inspection, now_ms)
    batch.lock(session, [walk.feed])
    wanted = list(dict.fromkeys(asked.photos))
    states = records.get(session, wanted)
    if any(one not in states or states[one].parent != walk.id for one in wanted):
        raise ProblemError(problem("not-found"))
    _check_seen([states[one] for one in wanted], asked.was)
    payload = msgspec.to_builtins(ReviewDecide(asked.verdict, asked.note))
    ops = [
        desk_op(
            "review.decide@1",
            (state.kind, state.id),
            state.feed,
            person.id,
            payload,
            now_ms,
            state.heads,
        )
        for state in (states[one] for one in wanted)
    ]
    done = enter_desk(session, ops, person.id, now_ms)
    for receipt in done.receipts:
        edits.check(receipt)
    atonce.time(session, done.changes, now_ms)
    return Decided(len(wanted))


def _check_seen(states: list[State], was: Verdict | None | UnsetType) -> None:
    """Nobody overwrites a verdict that he has not seen."""
    if was is UNSET:
        return
    others = sum((state.body.get("verdict") or None) != was for state in states)
    if others:
        told = Said(
            f"其间已有他人审核了其中 {others} 张照片",
            f"somebody else has decided on {others} of these photos meanwhile",
        )
        raise ProblemError(problem("revision-changed", told))
