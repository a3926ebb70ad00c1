"""The reader of the log that writes letters, and sends those that are due.

    page ─ notices ─ who gets them ─→ letters, kept with the cursor ─ due ─→ mail server ─→ fate

Letters are kept before they are sent, each with its own tries: who cannot be reached keeps nobody
else waiting, and what is told once is not told twice.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from msgspec.structs import replace
from sqlmodel import Session

from fieldops.flow import exportalarms, plugins, reportalarms
from fieldops.flow.decode import decode_all
from fieldops.flow.handin import Handin
from fieldops.flow.letterwork import NAME, Posted, Write
from fieldops.flow.post import send
from fieldops.model.access import Level, Person
from fieldops.model.change import Change
from fieldops.model.record import Decoded
from fieldops.rules.access import READERS, may, sites
from fieldops.rules.complaintsteps import ARCHIVED, COMPLAINT_STATES
from fieldops.rules.notices import NOTIFYING, OFFICE, SUPERVISORS, Name, Notice, notice
from fieldops.rules.personal import mask
from fieldops.rules.zones import zone
from fieldops.settings import Settings
from fieldops.store import arrivals, findings, ledger, letters, log, people, readers, records
from fieldops.store.engine import Store
from fieldops.store.letters import NewLetter
from fieldops.store.turn import turn
from fieldops_sync.ids import uuid8

_PAGE = 500
_QUIET = 1000
"""Of changes that tell nobody anything, so many pass before the cursor is handed in."""
_AT_ONCE = 20
FRESH_MS = 24 * 3600 * 1000
"""Nobody wants a letter about what was received longer ago, after mail was off for a while."""
_PARKED: Name = "plugin-parked"
_EXPORT: Name = "export-amiss"
_REPORT: Name = "report-amiss"
_ONCE = frozenset({_PARKED, _EXPORT, _REPORT})
_DIGEST_LATE = timedelta(hours=4)
"""A worker that was away at the digest's hour makes up for it so long; then tomorrow will do."""
_OPEN_COMPLAINTS = frozenset(COMPLAINT_STATES) - {ARCHIVED}


class LetterWriter:
    """Writes and sends.  ``step`` is to be called again and again."""

    def __init__(
        self, settings: Settings, store: Store, handin: Handin, clock_ms: Callable[[], int]
    ) -> None:
        self._settings, self._store = settings, store
        self._handin, self._clock_ms = handin, clock_ms
        self._ahead = (-1, 0)
        self._written: set[UUID] = set()
        self._day = ""

    def step(self) -> bool:
        """Do what is to be done; whether there may be more at once."""
        with self._store.read() as session:
            row, now_ms = readers.get(session, NAME), self._clock_ms()
            if row is None:
                asked = Write(-1, 0)
                changes: Sequence[Change] = ()
            else:
                changes = self._behind(session, row.position)
                found = [*gather(session, changes, now_ms), *self._timely(session, now_ms)]
                end = changes[-1].position if changes else self._start(row.position)
                asked = Write(row.position, end, tuple(found))
            is_due = bool(letters.due(session, now_ms, 1))
        is_kept = True
        if asked.from_ < 0 or asked.letters or asked.to - asked.from_ >= _QUIET:
            is_kept = self._handin(asked).moved
        else:
            self._ahead = asked.from_, asked.to
        if is_kept:
            self._written |= {one.cause for one in asked.letters if one.notice in _ONCE}
            self._day, _since = self._digest_due(now_ms)
        has_sent = is_due and self._send(now_ms)
        return asked.from_ < 0 or bool(changes) or has_sent

    def _send(self, now_ms: int) -> bool:
        """Send what is due, unless another worker is at it; whether anything was."""
        with turn(self._store, "letters") as insist:
            if insist is None:
                return False
            with self._store.read() as session:
                waiting = letters.due(session, now_ms, _AT_ONCE)
            done = send(waiting, self._settings.mail, now_ms) if waiting else []
            if done:
                self._handin(Posted(tuple(done), self._settings.mail.keep_days))
            return bool(done)

    def _behind(self, session: Session, position: int) -> Sequence[Change]:
        return log.read(session, self._start(position), _PAGE)

    def _start(self, position: int) -> int:
        """What told nobody anything need not be read twice."""
        base, ahead = self._ahead
        return ahead if base == position else position

    def _timely(self, session: Session, now_ms: int) -> Iterator[NewLetter]:
        """What no op tells of: plugins that stopped, exports, reports, and the day's digest."""
        found = [*_parked(session, self._settings, now_ms)]
        found += _exports(session, self._settings, now_ms)
        found += _reports(session, self._settings, now_ms)
        for one in found:
            if one.cause not in self._written:
                yield one
        day, since = self._digest_due(now_ms)
        if day != self._day and since < _DIGEST_LATE:
            yield from _digest(session, uuid8(b"digest", day.encode()), now_ms)

    def _digest_due(self, now_ms: int) -> tuple[str, timedelta]:
        """The day of the last digest that was due, and how long ago that was."""
        moment = datetime.fromtimestamp(now_ms / 1000, zone(self._settings.timezone))
        past = moment - timedelta(hours=self._settings.mail.digest_hour)
        return past.date().isoformat(), timedelta(hours=past.hour, minutes=past.minute)


def gather(session: Session, changes: Sequence[Change], now_ms: int) -> list[NewLetter]:
    """The letters that some changes make."""
    known = arrivals.of(session, {one.op for one in changes})
    fresh = [
        one
        for one in changes
        if (arrival := known.get(one.op)) is not None
        and arrival.type in NOTIFYING
        and now_ms - arrival.received_ms <= FRESH_MS
    ]
    raws = ledger.raws(session, {one.op for one in fresh})
    states = records.get(session, {one for each in fresh for one in (each.subject, each.feed)})
    ops = decode_all([raws[one.op][0] for one in fresh])
    found: list[NewLetter] = []
    for change, op in zip(fresh, ops, strict=True):
        if not isinstance(op, Decoded) or op.op.subject.id != change.subject:
            continue
        told = notice(op.op.type, op.fields, states[change.subject].body)
        if told is not None:
            name = states[change.feed].body.get("name", "") if change.feed in states else ""
            facts = {**told.facts, "site": mask(name, Level.L1)}
            whole = replace(told, facts=facts)
            found += _letters(session, whole, change, op.op.actor, now_ms)
    return found


def _letters(
    session: Session, told: Notice, change: Change, actor: UUID, now_ms: int
) -> Iterator[NewLetter]:
    for person in _people(session).values():
        is_meant = (
            person.id in told.people
            or (told.team is not None and person.team == told.team)
            or may(person, told.roles, change.feed, now_ms)
        )
        # Who did it knows; who may not look at the site is told nothing of it.
        if is_meant and person.id != actor and may(person, READERS, change.feed, now_ms):
            facts = {**told.facts, "link": f"/api/v1/records/{change.subject}"}
            yield NewLetter(change.op, person.id, told.name, facts)


def _people(session: Session) -> Mapping[UUID, Person]:
    """Everybody who gets letters and may still sign in."""
    return people.people(session, letters.mailboxes(session))


def _parked(session: Session, settings: Settings, now_ms: int) -> list[NewLetter]:
    found = []
    for one in plugins.plugin_states(session, settings):
        if one.state != "parked":
            continue
        cause = uuid8(b"parked", one.name.encode(), str(one.cursor).encode())
        found += _office(session, cause, _PARKED, {"plugin": one.name}, now_ms)
    return found


def _exports(session: Session, settings: Settings, now_ms: int) -> list[NewLetter]:
    """What is amiss with exports, once for each run, to the office."""
    found = []
    for one in exportalarms.alarms(session, settings, now_ms):
        cause = uuid8(b"export", one.destination.encode(), one.run.encode(), one.what.encode())
        facts = {"destination": one.destination, "run": one.run, "amiss": one.what}
        found += _office(session, cause, _EXPORT, facts, now_ms)
    return found


def _reports(session: Session, settings: Settings, now_ms: int) -> list[NewLetter]:
    """What is amiss with scheduled reports, once for each month and language, to the office."""
    found = []
    for one in reportalarms.alarms(session, settings, now_ms):
        cause = uuid8(b"report", one.name.encode(), one.what.encode())
        facts = {"month": one.month, "language": one.language, "amiss": f"report-{one.what}"}
        found += _office(session, cause, _REPORT, facts, now_ms)
    return found


def _office(
    session: Session, cause: UUID, name: Name, facts: dict[str, str], now_ms: int
) -> list[NewLetter]:
    """The same letter to everybody of the office who looks after all sites."""
    return [
        NewLetter(cause, person.id, name, facts)
        for person in _people(session).values()
        if sites(person, OFFICE, now_ms) is None
    ]


def _digest(session: Session, cause: UUID, now_ms: int) -> list[NewLetter]:
    """What waits on the sites of each supervisor; nothing for whom nothing waits."""
    everywhere = records.site_ids(session)
    complaints = letters.complaints(session, _OPEN_COMPLAINTS)
    wrong = findings.waiting(session, now_ms)
    made = []
    for person in _people(session).values():
        mine = sites(person, SUPERVISORS, now_ms)
        where = everywhere if mine is None else mine
        here = sum((wrong[site] for site in where if site in wrong), findings.Waiting())
        counts: dict[str, Any] = {
            "findings": here.to_do,
            "overdue": here.overdue,
            "rechecks": here.rechecks,
            "appeals": here.appeals,
            "reviews": len(records.waiting(session, where)),
            "complaints": sum(complaints.get(site, 0) for site in where),
        }
        if any(counts.values()):
            facts = {name: str(count) for name, count in counts.items()}
            made.append(NewLetter(cause, person.id, "digest", facts))
    return made
