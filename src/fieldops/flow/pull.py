"""The pull: what changed for a device since its cursor, or everything once (bootstrap).

    cursor = (epoch, position, scope version, bootstrap?)

    bootstrap   fixes the head at its first page, pages through the subjects of each feed by
                (parent, id), each once in its current state, and ends in a cursor for deltas
    deltas      the log rows of the device's feeds after the position; each subject once a page,
                in its current state

Head, log rows and states are read in one snapshot.  A cursor that is not understood, or from
another epoch, starts a bootstrap with ``reset``: a tablet is never stuck.
"""

import base64
from collections.abc import Collection, Iterator
from uuid import UUID

import msgspec
from msgspec import Struct
from sqlmodel import Session

from fieldops.flow import debts, history, ownership, restore, scope
from fieldops.flow.answerlevels import AnswerLevels
from fieldops.flow.scope import Scope
from fieldops.flow.timing import rfc3339
from fieldops.model.access import Level
from fieldops.model.record import State
from fieldops.rules.redaction import redact, redact_conflict
from fieldops.rules.texts import SEALED
from fieldops.store import log, meta, pulled, records
from fieldops.store.pulled import Pulled as Far
from fieldops_sync.wire import Change, Count, Limits, PullAnswer, PullRequest, Seen, Value

_ROWS = 2000
"""Log rows or subjects read at a time."""
_OVERHEAD_BYTES = 400
"""What a change weighs beside its body, at most."""
_encode = msgspec.json.Encoder().encode
_ZERO = UUID(int=0)


class Place(Struct, frozen=True, array_like=True):
    """Where a bootstrap is: ``known`` is the scope version whose feeds it leaves out."""

    known: Count
    feed: UUID = _ZERO
    parent: UUID = _ZERO
    id: UUID = _ZERO


class Cursor(Struct, frozen=True, array_like=True):
    """What a device hands back to go on."""

    epoch: UUID
    position: Count
    version: Count
    place: Place | None = None


class Pulled(Struct, frozen=True):
    """The answer; what else stands here, ``keep`` keeps.

    ``far`` is how far the device has pulled, where that passes a change that concerns everybody.
    """

    answer: PullAnswer
    scope: Scope
    acknowledged: int
    far: Far | None = None

    @property
    def must_write(self) -> bool:
        """Whether anything is to be kept: a new scope version, or that the device knows one."""
        told = self.acknowledged >= self.scope.version and not self.scope.told
        return self.scope.fresh or told or self.far is not None


class Restored(Exception):
    """What the device has ``seen`` is not here: the caller notices the restore and pulls again."""

    def __init__(self, seen: Seen) -> None:
        super().__init__(seen.position)
        self.seen = seen


def pull(
    session: Session, device: UUID, request: PullRequest, limits: Limits, now_ms: int
) -> Pulled:
    """One page.  Raises ``Restored``, and ``ProblemError`` too-many-sites."""
    if request.seen is not None and not restore.is_known(session, request.seen):
        raise Restored(request.seen)
    epoch, durable_through = meta.standing(session)
    now = scope.current(session, device, limits, now_ms)
    cursor = _checked(session, decode_cursor(request.cursor), epoch)
    before = None if cursor is None else scope.told_sites(session, device, cursor.version)
    if cursor is None or before is None or cursor.epoch != epoch:
        reset = request.cursor is not None
        cursor, before = Cursor(epoch, log.counter(session), 0, Place(0)), ()
    else:
        reset = False
    acknowledged, came_with = cursor.version, cursor
    added, removed = set(now.sites) - set(before), set(before) - set(now.sites)
    if cursor.version != now.version:
        known = cursor.place.known if cursor.place else cursor.version
        place = Place(known) if added or cursor.place else None
        cursor = Cursor(epoch, cursor.position, now.version, place)
    budget = max(1, min(request.max_bytes, limits.pull_bytes))
    page = _Page(session, device, now, budget)
    cursor, more = page.bootstrap(cursor) if cursor.place else page.deltas(cursor)
    answer = PullAnswer(
        changes=page.changes,
        cursor=encode_cursor(cursor),
        more=more,
        sites_added=sorted(added),
        sites_removed=sorted(removed),
        reset=reset,
        seen=_seen(session, cursor),
        epoch=epoch,
        durable_through=durable_through,
        server_time=rfc3339(now_ms),
        owed=None if more else debts.of_device(session, device),
    )
    far = _far(session, device, came_with, None if more else cursor, now_ms)
    return Pulled(answer, now, acknowledged, far)


def _checked(session: Session, cursor: Cursor | None, epoch: UUID) -> Cursor | None:
    """The cursor, None for one that leads where the log never was.

    Raises ``Restored`` for one beyond the log's end: going on from there would skip what comes.
    """
    if cursor is None or cursor.epoch != epoch:
        return cursor
    if cursor.position <= log.counter(session):
        return cursor
    seen = Seen(cursor.position, _ZERO)
    if not restore.is_known(session, seen):
        raise Restored(seen)
    return None


def keep(session: Session, device: UUID, done: Pulled, now_ms: int) -> None:
    """Keep what a pull has shown: the sites that the device knows, how far it has pulled."""
    scope.keep(session, device, done.scope, done.acknowledged, now_ms)
    if done.far is not None:
        pulled.put(session, device, done.far)


def _far(
    session: Session, device: UUID, came: Cursor, goes: Cursor | None, now_ms: int
) -> Far | None:
    """How far the device has pulled, if that newly covers the organisation's last change."""
    last, known = log.last_of(session, meta.organisation(session)), pulled.get(session, device)
    has = came.position if came.place is None else 0
    sent = goes.position if goes is not None else has
    news = (known.has < last <= has) or (known.sent < last <= sent)
    return Far(max(sent, known.sent), max(has, known.has), now_ms) if news else None


class _Page:
    """One page being filled: at least one change, then as many as the budget takes."""

    def __init__(self, session: Session, device: UUID, now: Scope, budget: int) -> None:
        self._session = session
        self._device = device
        self._scope = now
        self._sites = frozenset(now.sites)
        self._left = budget
        self._answers = AnswerLevels(session)
        self._people = frozenset(str(person) for person in now.people)
        self._owners: dict[UUID, str] = {}
        self.changes: list[Change] = []

    def bootstrap(self, cursor: Cursor) -> tuple[Cursor, bool]:
        """Subjects after the cursor's place; the rest of the feeds follows on later pages."""
        place = cursor.place
        assert place is not None
        for feed in self._new_feeds(place):
            after = (place.parent, place.id) if feed == place.feed else (_ZERO, _ZERO)
            for state in self._subjects(feed, after):
                if not self._add(state, cursor.position, state.change):
                    return msgspec.structs.replace(cursor, place=place), True
                place = Place(place.known, feed, state.parent, state.id)
        # What changed while the pages were read comes as deltas from the head fixed at the start.
        return msgspec.structs.replace(cursor, place=None), True

    def deltas(self, cursor: Cursor) -> tuple[Cursor, bool]:
        """Changes after the position, each subject once in its current state."""
        feeds = scope.feeds(self._session, self._device, self._scope.sites)
        rows = log.read_feeds(self._session, feeds, cursor.position, _ROWS)
        states = records.get(self._session, {row.subject for row in rows})
        self._learn_owners(states.values())
        done: set[UUID] = set()
        for row in rows:
            state = states.get(row.subject)
            if state is not None and state.id not in done and state.feed == row.feed:
                if not self._add(state, row.position, row.op):
                    return cursor, True
                done.add(state.id)
            cursor = msgspec.structs.replace(cursor, position=row.position)
        if len(rows) == _ROWS:
            return cursor, True
        last = max(cursor.position, log.counter(self._session))
        return msgspec.structs.replace(cursor, position=last), False

    def _new_feeds(self, place: Place) -> list[UUID]:
        """The feeds still to be paged through: those that version ``place.known`` did not have."""
        before = scope.told_sites(self._session, self._device, place.known) or ()
        every = scope.feeds(self._session, self._device, self._scope.sites)
        fresh = (
            set(every) if place.known == 0 else set(every) & (set(self._scope.sites) - set(before))
        )
        return [feed for feed in sorted(fresh) if feed >= place.feed]

    def _subjects(self, feed: UUID, after: tuple[UUID, UUID]) -> Iterator[State]:
        rows = min(_ROWS, max(50, self._left // 300))
        while states := records.page(self._session, feed, after, rows):
            self._learn_owners(states)
            yield from states
            after = (states[-1].parent, states[-1].id)

    def _add(self, state: State, position: int, change: UUID) -> bool:
        """Put a subject on the page; False if it is full."""
        level, declared = self._scope.level_at(state.feed), self._declared(state)
        opened = self._is_recorder_s(state)
        body = _encode(redact(state.kind, state.body, level, self._sites, declared, opened))
        conflict = self._beside(state, declared, opened) if state.conflict else {}
        weight = len(body) + _OVERHEAD_BYTES + (len(_encode(conflict)) if conflict else 0)
        if self.changes and weight > self._left:
            return False
        self._left -= weight
        self.changes.append(
            Change(
                position=position,
                change=change,
                kind=state.kind,
                id=state.id,
                feed=state.feed,
                revision=state.revision,
                heads=list(state.heads),
                body=msgspec.Raw(body),
                conflict=conflict,
            )
        )
        return True

    def _beside(self, state: State, declared: Level, opened: bool) -> dict[str, list[Value]]:
        """The values that stand beside those of the body, as the tablet may see them."""
        conflict = redact_conflict(
            state.kind,
            state.conflict,
            state.body,
            self._scope.level_at(state.feed),
            declared,
            opened,
        )
        return msgspec.convert(conflict, dict[str, list[Value]])

    def _declared(self, state: State) -> Level:
        """The level of a result's answer; L1 for those whose walk it is.

        Who walks must see what was answered to go on, and the tablet has it anyway.
        """
        if state.kind != "result":
            return Level.L1
        declared = self._answers.standing(state.body, state.conflict)
        is_above = declared > self._scope.level_at(state.feed)
        return Level.L1 if is_above and self._is_own(state) else declared

    def _is_recorder_s(self, state: State) -> bool:
        """Whether the tablet is used by nobody but who wrote this down: what is sealed is theirs.

        On a shared tablet others would see it as well.
        """
        if len(self._people) != 1 or state.body.get("by") not in self._people:
            return False
        sealed = SEALED.get(state.kind, frozenset())
        return all(self._wrote(state, name) for name in sealed & state.body.keys())

    def _is_own(self, state: State) -> bool:
        """Whether one of the device's people owns the inspection, or wrote the answer."""
        if self._owners[state.parent] in self._people:
            return True
        return state.body.get("by") in self._people and self._wrote(state, "value")

    def _wrote(self, state: State, member: str) -> bool:
        """Whether nobody else has ever written a member: who adds a note has not seen the rest."""
        revisions = history.load(self._session, state).values()
        return all(str(one.actor) in self._people for one in revisions if member in one.fields)

    def _learn_owners(self, states: Collection[State]) -> None:
        """Read who owns the inspections of hidden answers at once: one by one is half of a pull."""
        wanted = {
            state.parent
            for state in states
            if state.kind == "result"
            and state.parent not in self._owners
            and self._answers.standing(state.body, state.conflict)
            > self._scope.level_at(state.feed)
        }
        walks = {state.id: state for state in states if state.id in wanted}
        walks |= records.get(self._session, wanted - walks.keys())
        for walk in wanted:
            known = walks.get(walk)
            self._owners[walk] = ownership.of(self._session, known, self._people) if known else ""


def _seen(session: Session, cursor: Cursor) -> Seen | None:
    """The (position, change) that a device keeps: the last log row at or below its cursor."""
    return log.last_at(session, cursor.position)


def encode_cursor(cursor: Cursor) -> str:
    """Opaque text for the device."""
    return base64.urlsafe_b64encode(_encode(cursor)).decode().rstrip("=")


def decode_cursor(text: str | None) -> Cursor | None:
    """The cursor, or None for one that is absent or not understood."""
    if not text:
        return None
    try:
        padded = text + "=" * (-len(text) % 4)
        return msgspec.json.decode(base64.urlsafe_b64decode(padded), type=Cursor)
    except (msgspec.MsgspecError, ValueError):
        return None
