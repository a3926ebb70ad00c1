"""A page of the log: changes in order, gathered by the inspections that they belong to."""

from collections.abc import Iterator, Mapping, Sequence
from uuid import UUID

from msgspec import Struct
from sqlmodel import Session

from fieldops.flow.timing import rfc3339
from fieldops.model.change import Change
from fieldops.model.inspection import LogChange
from fieldops.store import arrivals, log, records
from fieldops.store.uuids import uuid_of

PAGE_CHANGES = 500
"""As long as a reader does not ask for more."""
PAGE_INSPECTIONS = 20
"""A page ends before this many inspections are in memory: each may hold 400 results."""
_JUDGED = frozenset({"inspection", "result", "photo", "feedback"})
"""The kinds whose changes make an inspection to be judged again."""
_START = "inspection.start@1"
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
_NOT_THERE = ("", 0)
"""Type and ms of receipt of an op that the ledger does not have."""


class Group(Struct, frozen=True):
    """The changes of one inspection on a page; ``first`` opens it, ``last`` is what it is now.

    ``begins`` says that the inspection was started by one of them.
    """

    inspection: UUID
    feed: UUID
    first: int
    last: LogChange
    subjects: frozenset[UUID]
    begins: bool


class Page(Struct, frozen=True):
    """Changes in order, and the inspections that they touch, in order of their first change.

    ``head`` is the end of the log in the snapshot that the page was read in, ``most`` how many
    changes were asked for.
    """

    changes: list[LogChange]
    groups: dict[int, Group]
    head: int
    most: int

    def serves(self, most: int) -> bool:
        """Whether who asks for ``most`` changes would get this very page."""
        ends = bool(self.changes) and self.changes[-1].position == self.head
        return most == self.most or (ends and len(self.changes) <= most)


def read_page(session: Session, position: int, head: int, most: int) -> Page:
    """The page of ``most`` changes behind a position.

    ``head`` is the end of the log in this session's snapshot.
    """
    heard = _heard(session, log.read(session, position, most))
    groups: dict[bytes, list[LogChange]] = {}
    for one, walk in _judged(session, heard):
        if walk not in groups and len(groups) == PAGE_INSPECTIONS:
            heard = heard[: heard.index(one)]
            break
        groups.setdefault(walk, []).append(one)
    found = (_group(uuid_of(walk), told) for walk, told in groups.items())
    return Page(heard, {group.first: group for group in found}, head, most)


def _judged(session: Session, heard: Sequence[LogChange]) -> Iterator[tuple[LogChange, bytes]]:
    """The changes that make an inspection to be judged again, each with its inspection's id."""
    judged = [one for one in heard if one.kind in _JUDGED and one.type not in _FOLLOWING]
    # By bytes: a UUID hashes in Python, many times slower.
    subjects = [one.subject.bytes for one in judged]
    parents = records.parents(session, list({*subjects}))
    for one, subject in zip(judged, subjects, strict=True):
        if subject in parents:
            yield one, parents[subject]


def _group(walk: UUID, told: list[LogChange]) -> Group:
    last = told[-1]
    subjects = frozenset([one.subject for one in told])
    begins = any(one.type == _START and one.subject == walk for one in told)
    return Group(walk, last.site, told[0].position, last, subjects, begins)


def _heard(session: Session, changes: Sequence[Change]) -> list[LogChange]:
    ops = [change.op.bytes for change in changes]
    kinds = arrivals.kinds(session, ops)
    # What was pushed together was received at one moment.
    moments = {ms: rfc3339(ms) for ms in {ms for _type, ms in kinds.values()}}
    return [
        _told(change, *kinds.get(op, _NOT_THERE), moments)
        for change, op in zip(changes, ops, strict=True)
    ]


def _told(change: Change, type_: str, received_ms: int, moments: Mapping[int, str]) -> LogChange:
    return LogChange(
        position=change.position,
        kind=change.kind,
        subject=change.subject,
        site=change.feed,
        op=change.op,
        type=type_,
        at=moments.get(received_ms, ""),
    )
