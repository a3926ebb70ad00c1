"""A page of the log: changes in order, gathered by the inspections that they belong to."""

from collections.abc import Sequence
from uuid import UUID

from msgspec import Struct
from sqlmodel import Session

from fieldops.flow.timing import rfc3339
from fieldops.model.change import Change
from fieldops.model.inspection import LogChange
from fieldops.store import arrivals, log, records

PAGE_CHANGES = 500
PAGE_INSPECTIONS = 20
"""A page ends before this many inspections are in memory: each may hold 400 results."""
_JUDGED = frozenset({"inspection", "result", "photo", "feedback"})
"""The kinds whose changes make an inspection to be judged again."""
_FOLLOWING = frozenset(
    {
        "inspection.score@1",
        "inspection.mark@1",
        "photo.note@1",
        "complaint.handle@1",
        "complaint.schedule@1",
        "complaint.remind@1",
        "complaint.escalate@1",
    }
)
"""What follows from the rest, or comes of it: no reason to judge a walk again."""


class Group(Struct, frozen=True):
    """The changes of one inspection on a page; ``first`` opens it, ``last`` is what it is now."""

    inspection: UUID
    feed: UUID
    first: int
    last: LogChange
    subjects: frozenset[UUID]


class Page(Struct, frozen=True):
    """Changes in order, and the inspections that they touch, in order of their first change.

    ``head`` is the end of the log in the snapshot that the page was read in.
    """

    changes: list[LogChange]
    groups: dict[int, Group]
    head: int


def read_page(session: Session, position: int, head: int) -> Page:
    """The page behind a position; ``head`` is the end of the log in this session's snapshot."""
    changes = log.read(session, position, PAGE_CHANGES)
    heard = _heard(session, changes)
    judged = [one for one in heard if one.kind in _JUDGED and one.type not in _FOLLOWING]
    parents = records.parents(session, {one.subject for one in judged})
    groups: dict[UUID, list[LogChange]] = {}
    for one in judged:
        walk = parents.get(one.subject)
        if walk is None:
            continue
        if walk not in groups and len(groups) == PAGE_INSPECTIONS:
            heard = heard[: heard.index(one)]
            break
        groups.setdefault(walk, []).append(one)
    found = (_group(walk, told) for walk, told in groups.items())
    return Page(heard, {group.first: group for group in found}, head)


def _group(walk: UUID, told: list[LogChange]) -> Group:
    last = told[-1]
    subjects = frozenset(one.subject for one in told)
    return Group(walk, last.site, told[0].position, last, subjects)


def _heard(session: Session, changes: Sequence[Change]) -> list[LogChange]:
    kinds = arrivals.kinds(session, {change.op for change in changes})
    # What was pushed together was received at one moment.
    moments = {ms: rfc3339(ms) for ms in {ms for _type, ms in kinds.values()}}
    heard = []
    for change in changes:
        type_, received_ms = kinds.get(change.op, ("", 0))
        heard.append(
            LogChange(
                position=change.position,
                kind=change.kind,
                subject=change.subject,
                site=change.feed,
                op=change.op,
                type=type_,
                at=moments.get(received_ms, ""),
            )
        )
    return heard
