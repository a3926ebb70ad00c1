"""A walk through the log: every record once, as it stands at the run's position.

    log, `after` to `until` ─→ an op ─ is it the last of its record up to `until`? ─┬─ no  → noted
                                                                                    └─ yes → Taken
        the record has not changed since: the record's row says how it stands
        it has changed (``asof.Since``):  its ops up to `until` say it

So a run reads the log once and in order, needs little memory however long it is, and gives the same
whenever it is repeated.  Rows come in the order in which their records were last changed.  With an
inspection that is voided go its results and photos: they leave at the position of its ``void``.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence

import msgspec
from msgspec import Struct
from sqlmodel import Session

from fieldops.export.asof import Body, Sent, Since
from fieldops.export.spans import Days
from fieldops.export.wanted import Wanted
from fieldops.model.dataset import ChangeKind
from fieldops.rules.changekinds import SERVERS_OWN, change_kind
from fieldops.store import exportread
from fieldops.store.engine import Store

_NONE: Mapping[str, bytes] = {}
_GO_WITH_WALK = frozenset({"result", "photo"})

Progress = Callable[[int, int], None]
"""Hears how many positions are done, and of how many."""


class Taken(Struct, frozen=True, gc=False):
    """A record at the run's position; without ``body`` it is voided.

    ``occurred_ms`` is that of its last change; None where no clock places it.
    """

    kind: str
    subject: bytes
    feed: bytes
    position: int
    change: ChangeKind
    state: str
    received_ms: int
    occurred_ms: int | None
    in_conflict: bool
    body: Body | None


class Step(Struct, frozen=True, gc=False):
    """One op, as it came."""

    kind: str
    subject: bytes
    feed: bytes
    op: bytes
    position: int
    change: ChangeKind
    received_ms: int
    occurred_ms: int | None
    raw: bytes


class Page(Struct, frozen=True):
    """What some thousand positions tell: ``told`` one by one, and ``plain`` by kind.

    A *plain* record is what one op says, and nothing has been done to it since (of a walk's results
    nearly all are).  Each is one row as it was read; ``as_taken`` tells it like the others.  Their
    records are mostly not read: nothing may be made of the state (``exportread.Untouched``).
    """

    told: list[Taken | Step]
    plain: dict[str, list[exportread.Row]]


class _Type(Struct):
    type: str


_type_of = msgspec.json.Decoder(_Type).decode


class _Met(Struct):
    """What is known of a record whose last op is still to come."""

    existed: bool
    began_ms: int
    by_person: bool


class Walk:
    """One run's way through the log.

    Every op of the kinds in ``stepping`` is wanted that has the kind's marker in it; ``see`` is
    shown every row, as it comes.  Records of ``apart`` are told apart in full runs if they are
    plain.
    """

    def __init__(
        self,
        store: Store,
        wanted: Wanted,
        days: Days,
        kinds: Sequence[str],
        stepping: Mapping[str, bytes] = _NONE,
        see: Callable[[exportread.Row], None] | None = None,
        apart: frozenset[str] = frozenset(),
    ) -> None:
        self._store, self._see = store, see
        self._wanted = wanted
        self._days = days
        self._kinds = sorted({*kinds, *stepping})
        self._standing, self._stepping = frozenset(kinds), stepping
        self._apart = apart - stepping.keys() if wanted.kind == "full" else frozenset()
        self.since = Since(wanted.until)
        self._gone: frozenset[bytes] = frozenset()
        self._untouched = exportread.Untouched()
        self._met: dict[bytes, _Met] = {}
        self._touched: set[bytes] = set()

    def pages(self, progress: Progress) -> Iterator[tuple[Session, Page]]:
        """What is to be told, in the order of the log, some thousand positions at a time.

        Each page comes with the session of its snapshot, which ends with it.
        """
        until = self._wanted.until
        with self._store.read() as session:
            start = self._start(session)
            self.since.look(session)
            voided = exportread.voided_walks(session)
            self._gone = frozenset(voided) - self.since.subjects
            if self._apart:
                self._untouched = exportread.untouched(session, voided)
        for after in range(start, until, exportread.SPAN):
            end = min(after + exportread.SPAN, until)
            with self._store.read() as session:
                self.since.look(session)
                rows = exportread.page(
                    session, after, end, self._kinds, self._untouched, self.since.subjects
                )
                if self._see is not None:
                    for row in rows:
                        self._see(row)
                plain, others = self._split(rows)
                told = [one for row in others for one in self._told(session, row)]
                yield session, Page(told, plain)
            progress(end - start, until - start)

    def _start(self, session: Session) -> int:
        if self._wanted.kind != "backfill":
            return self._wanted.after
        return exportread.position_at(session, self._days.from_ms)

    def _split(
        self, rows: list[exportread.Row]
    ) -> tuple[dict[str, list[exportread.Row]], list[exportread.Row]]:
        """The plain records by kind, and all else, both in order."""
        if not self._apart:
            return {}, rows
        plain: dict[str, list[exportread.Row]] = {kind: [] for kind in sorted(self._apart)}
        others = []
        gone, since = self._gone, self.since.subjects
        for row in rows:
            if (
                row[1] in plain
                and row[11] is None
                and row[5] == row[9]
                and row[10] != "voided"
                and row[13] not in gone
                and row[3] not in since
            ):
                plain[row[1]].append(row)
            else:
                others.append(row)
        return plain, others

    def _told(self, session: Session, row: exportread.Row) -> Iterator[Taken | Step]:
        kind = row[1]
        marker = self._stepping.get(kind)
        if marker is not None and marker in row[8] and self._days.hold(_at_ms(row)):
            yield self._step(row)
        if kind not in self._standing:
            return
        last = self.since.revision(row)
        if kind in _GO_WITH_WALK and row[13] in self._gone:
            yield from self._of_voided(row, last)
            return
        if row[5] != last:
            self._note(row)
            return
        made = self._taken(session, row)
        if made is not None:
            yield made
        if kind == "inspection" and row[3] in self._gone and self._wanted.kind == "incremental":
            yield from self._children(session, row)

    def _step(self, row: exportread.Row) -> Step:
        position, kind, feed, subject, op, _, received_ms, occurred_ms, raw = row[:9]
        change: ChangeKind = "late" if _at_ms(row) < self._days.late_ms else "added"
        return Step(kind, subject, feed, op, position, change, received_ms, occurred_ms, raw)

    def _note(self, row: exportread.Row) -> None:
        """Keep what the record's last op will not say; a full run does not ask for it."""
        if self._wanted.kind == "full":
            return
        met = self._met.get(row[3])
        by_person = _type_of(row[8]).type not in SERVERS_OWN
        if met is None:
            self._met[row[3]] = _Met(row[5] > 1, _at_ms(row), by_person)
        else:
            met.by_person = met.by_person or by_person

    def _taken(self, session: Session, row: exportread.Row) -> Taken | None:
        state, in_conflict, body = self.since.standing(session, row)
        change = self._change(row, state != "voided")
        if change is None:
            return None
        return _take(row, change, state, in_conflict, None if change == "voided" else body)

    def _change(self, row: exportread.Row, stands: bool) -> ChangeKind | None:
        kind = self._wanted.kind
        if kind == "full":
            return "added" if stands else None
        met = self._met.pop(row[3], None) or _Met(row[5] > 1, _at_ms(row), False)
        if kind == "backfill":
            began = not met.existed and self._days.hold(met.began_ms)
            return ("added" if stands else "voided") if began else None
        by_person = met.by_person or (
            met.existed and stands and _type_of(row[8]).type not in SERVERS_OWN
        )
        return change_kind(met.existed, stands, by_person, met.began_ms < self._days.late_ms)

    def _of_voided(self, row: exportread.Row, last: int) -> Iterator[Taken]:
        """A result or photo of a walk that is voided by the run's end."""
        if self._wanted.kind == "incremental":
            self._touched.add(row[3])
        elif row[5] != last:
            self._note(row)
        elif (change := self._change(row, stands=False)) is not None:
            yield _take(row, change, "voided", False, None)

    def _children(self, session: Session, row: exportread.Row) -> Iterator[Taken]:
        """The tombstones of what went with a walk, of all that anybody may have."""
        for subject, kind, state in exportread.children(session, row[2], row[3]):
            stood = subject in self._touched or state != "voided"
            self._touched.discard(subject)
            if kind in self._standing & _GO_WITH_WALK and stood:
                gone = _take(row, "voided", "voided", False, None)
                yield msgspec.structs.replace(gone, kind=kind, subject=subject)


def as_taken(row: exportread.Row) -> Taken:
    """A plain record of a full run; its state is None where the record was not read."""
    return _take(row, "added", row[10], bool(row[12]), Sent(row[8]))


def _take(
    row: exportread.Row, change: ChangeKind, state: str, in_conflict: bool, body: Body | None
) -> Taken:
    position, kind, feed, subject, _, _, received_ms, occurred_ms = row[:8]
    return Taken(
        kind, subject, feed, position, change, state, received_ms, occurred_ms, in_conflict, body
    )


def _at_ms(row: exportread.Row) -> int:
    """When an op occurred, else when it came."""
    found: int = row[6] if row[7] is None else row[7]
    return found
