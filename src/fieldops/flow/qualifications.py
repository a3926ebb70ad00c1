"""Qualifications: recorded one by one or from files, all rows or none.

    file ─ rows ─ login and domain known? ─┬─ every fault with line, column, what to write
                                           └─ Planned ─ apply ─→ qualification.set

One is matched by person, domain, certificate and first day.  The same file again changes nothing;
what a file does not name stays as it is.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any, Literal
from uuid import UUID

from msgspec import Struct
from sqlmodel import Session

from fieldops.flow import setup
from fieldops.flow.columns import read_day
from fieldops.flow.importrows import Row, good_rows
from fieldops.flow.sheet import Table
from fieldops.model.fault import Fault
from fieldops.model.record import State
from fieldops.store import audit, definitions, people, records
from fieldops_sync.ids import qualification_id

Standing = Literal["new", "changed", "same"]
DOMAINS: dict[str, str] = {
    "保洁环境": "cleaning",
    "安保秩序": "security",
    "设施设备": "facilities",
    "信息保密合规": "confidentiality",
    "接待礼仪": "reception",
    "应急": "emergency",
    "培训考核": "training",
    "档案": "archive",
}
"""The domains of domain.md, rule 2, by their Chinese names; published checklists may add others."""


class Planned(Struct, frozen=True):
    """A qualification to be; ``standing`` compares it with what is there."""

    id: UUID
    person: UUID
    payload: dict[str, Any]
    standing: Standing


def plan(session: Session, tables: Sequence[Table]) -> list[Planned] | list[Fault]:
    """What is to be written, or every fault in order of line."""
    checker = _Checker(session)
    for table in tables:
        for row in good_rows(table, "qualifications", checker.faults):
            checker.take(row)
    if checker.faults:
        return sorted(checker.faults, key=lambda one: (one.path, one.line, one.column))
    known = records.get(session, checker.payloads)
    return [
        Planned(subject, person, payload, _standing(known.get(subject), payload))
        for subject, (person, payload) in checker.payloads.items()
    ]


def apply(session: Session, planned: Sequence[Planned], actor: UUID, now_ms: int) -> dict[str, int]:
    """Write a plan that was made in this very transaction; how many are new, changed, the same."""
    for one in planned:
        if one.standing != "same":
            record(session, one.id, one.person, one.payload, actor, now_ms)
    return counts(planned)


def counts(planned: Sequence[Planned]) -> dict[str, int]:
    """How many of a plan are new, changed, the same."""
    nothing: dict[str, int] = dict.fromkeys(("new", "changed", "same"), 0)
    return nothing | Counter(one.standing for one in planned)


def record(
    session: Session, subject: UUID, person: UUID, payload: dict[str, Any], actor: UUID, now_ms: int
) -> None:
    """Write one.  Raises ``ProblemError`` validation."""
    setup.put(
        session, "qualification.set@1", ("qualification", subject), person, payload, actor, now_ms
    )
    entry = audit.Entry("qualification.set", now_ms, actor=actor, subject=subject, detail=payload)
    audit.add(session, entry)


def of_people(session: Session, persons: Sequence[UUID]) -> list[State]:
    """Everything that was recorded of these people, by person, domain and first day."""
    found = records.of_kind(session, persons, "qualification")
    order = ("person", "domain", "valid_from")
    return sorted(found, key=lambda one: [str(one.body.get(name)) for name in order])


class _Checker:
    """Gathers payloads and faults."""

    def __init__(self, session: Session) -> None:
        self.faults: list[Fault] = []
        self.payloads: dict[UUID, tuple[UUID, dict[str, Any]]] = {}
        self._session = session
        self._domains = {*DOMAINS.values(), *definitions.domains(session)}
        self._people: dict[str, UUID | None] = {}
        self._first: dict[UUID, int] = {}

    def take(self, row: Row) -> None:
        """Check a row of which every cell is good by itself."""
        person, domain = self._person(row["login"]), DOMAINS.get(row["domain"], row["domain"])
        begin, end = read_day(row["valid_from"]), read_day(row["valid_until"])
        found = []
        if person is None:
            found.append(row.fault("unknown-login", "login"))
        if domain not in self._domains:
            known = {"known": ", ".join(sorted(self._domains)), "zh_known": "、".join(DOMAINS)}
            found.append(row.fault("unknown-domain", "domain", **known))
        if begin is not None and end is not None and end < begin:
            found.append(row.fault("ends-first", "valid_until"))
        self.faults += found
        if person is not None and begin is not None and not found:
            self._enter(row, person, domain, begin, end)

    def _person(self, login: str) -> UUID | None:
        if login not in self._people:
            user = people.user_id(self._session, login)
            active = people.people(self._session, [user] if user else [])
            self._people[login] = user if user in active else None
        return self._people[login]

    def _enter(self, row: Row, person: UUID, domain: str, begin: date, end: date | None) -> None:
        certificate = row["certificate"]
        subject = qualification_id(person, domain, certificate, begin.isoformat())
        first = self._first.setdefault(subject, row.number)
        if first != row.number:
            self.faults.append(row.fault("duplicate", "login", first=str(first)))
            return
        payload = {
            "person": str(person),
            "domain": domain,
            "certificate": certificate,
            "valid_from": begin.isoformat(),
            "valid_until": None if end is None else end.isoformat(),
        }
        self.payloads[subject] = (person, payload)


def _standing(before: State | None, payload: dict[str, Any]) -> Standing:
    if before is None:
        return "new"
    same = all(before.body.get(name) == value for name, value in payload.items())
    return "same" if same else "changed"
