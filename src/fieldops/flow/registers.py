"""Registers from files: checked against what a plugin declares, all rows or none, written as ops.

    table ─ place columns ─ check each value ─┬─ every fault with line, column, what to write
                                              └─ lines ─ compare with the site's entries ─→ ops

An entry is matched by site, register and key.  What a file does not name stays as it is, unless
the caller retires it.  The same file again changes nothing.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal
from uuid import UUID, uuid5

from msgspec import Struct
from sqlmodel import Session

from fieldops.flow import setup
from fieldops.flow.importfaults import fault
from fieldops.flow.sheet import Line, Table
from fieldops.model.fault import Fault
from fieldops.model.record import State
from fieldops.model.register import RegisterSpec
from fieldops.rules import registers as rules
from fieldops.store import audit, records

Standing = Literal["new", "changed", "same", "retired"]


class Planned(Struct, frozen=True):
    """An entry to be; ``standing`` compares it with what is there."""

    id: UUID
    site: UUID
    payload: dict[str, Any]
    standing: Standing


def entry_id(site: UUID, register: str, key: str) -> UUID:
    """The id of an entry: the same one whoever makes it."""
    return uuid5(site, f"register:{register}:{key}")


def plan(
    session: Session,
    spec: RegisterSpec,
    tables: Sequence[Table],
    sites: Mapping[str, UUID],
    site: UUID | None,
    retire: bool = False,
) -> list[Planned] | list[Fault]:
    """What is to be written, or every fault in order of line.

    ``sites`` are all sites by code; with ``site`` every row is about that one and the file needs no
    column for it.  ``retire`` retires the entries of the sites named that no row names.
    """
    checker = _Checker(session, spec, sites, site)
    for table in tables:
        checker.take(table)
    if checker.faults:
        return sorted(checker.faults, key=lambda one: (one.path, one.line, one.column))
    return checker.plan(retire)


def apply(session: Session, planned: Sequence[Planned], actor: UUID, now_ms: int) -> dict[str, int]:
    """Write a plan that was made in this very transaction; how many are new, changed, …"""
    changed = [one for one in planned if one.standing != "same"]
    for one in changed:
        setup.put(
            session, "register.set@1", ("register", one.id), one.site, one.payload, actor, now_ms
        )
    for site in sorted({one.site for one in changed}):
        count = sum(one.site == site for one in changed)
        detail = {"register": changed[0].payload["register"], "entries": count}
        audit.add(
            session, audit.Entry("register.set", now_ms, actor=actor, subject=site, detail=detail)
        )
    return counts(planned)


def counts(planned: Sequence[Planned]) -> dict[str, int]:
    """How many entries of a plan are new, changed, the same and retired."""
    nothing: dict[str, int] = dict.fromkeys(("new", "changed", "same", "retired"), 0)
    return nothing | Counter(one.standing for one in planned)


class _Checker:
    """Gathers entries and faults."""

    def __init__(
        self,
        session: Session,
        spec: RegisterSpec,
        sites: Mapping[str, UUID],
        site: UUID | None,
    ) -> None:
        self.faults: list[Fault] = []
        self._session, self._spec, self._sites, self._site = session, spec, sites, site
        self._columns = rules.columns_of(spec, with_site=site is None)
        self._first: dict[UUID, int] = {}
        self._payloads: dict[UUID, tuple[UUID, dict[str, Any]]] = {}
        self._levels = {one.name: one.level for one in spec.columns if one.level > 1}

    def take(self, table: Table) -> None:
        """Check every row of a table."""
        placed = self._place(table)
        for line in table.rows if placed else ():
            cells = {
                name: line.cells[at] if at < len(line.cells) else "" for name, at in placed.items()
            }
            wrong = list(self._wrong(table, line, placed, cells))
            self.faults += wrong
            if not wrong:
                self._enter(table, line, placed, cells)

    def _place(self, table: Table) -> dict[str, int]:
        """Where each column stands (from 0); nothing if the header cannot be used."""
        headings = {rules.plain(text): c.name for c in self._columns for text in rules.names(c)}
        placed: dict[str, int] = {}
        known = {
            "known": ", ".join(column.name for column in self._columns),
            "zh_known": "、".join(column.titles["zh-CN"] for column in self._columns),
        }
        before = len(self.faults)
        for at, heading in enumerate(table.header.cells):
            name = headings.get(rules.plain(heading))
            where = (table.path, table.header.number, at + 1)
            if heading and name is None:
                self.faults.append(fault("unknown-column", *where, value=heading, **known))
            elif name in placed:
                self.faults.append(fault("column-twice", *where, value=heading))
            elif name is not None:
                placed[name] = at
        for column in self._columns:
            if column.required and column.name not in placed:
                where = (table.path, table.header.number, 1)
                self.faults.append(fault("missing-column", *where, **rules.named(column)))
        return placed if len(self.faults) == before else {}

    def _wrong(
        self, table: Table, line: Line, placed: Mapping[str, int], cells: Mapping[str, str]
    ) -> Iterator[Fault]:
        for column in self._columns:
            text = cells.get(column.name, "")
            found = rules.misfit(column, text)
            if found is not None:
                at = placed.get(column.name, 0) + 1
                yield fault(found[0], table.path, line.number, at, **found[1])
        code = cells.get("site", "")
        if self._site is None and code and code not in self._sites:
            at = placed["site"] + 1
            yield fault("unknown-site", table.path, line.number, at, value=code[:60])

    def _enter(
        self, table: Table, line: Line, placed: Mapping[str, int], cells: Mapping[str, str]
    ) -> None:
        site = self._site or self._sites[cells["site"]]
        subject = entry_id(site, self._spec.name, cells["key"])
        first = self._first.setdefault(subject, line.number)
        if first != line.number:
            at = placed["key"] + 1
            details = {"value": cells["key"][:60], "first": str(first)}
            self.faults.append(fault("duplicate", table.path, line.number, at, **details))
            return
        values = {
            column.name: rules.canonical(column, cells[column.name])
            for column in self._spec.columns
            if cells.get(column.name)
        }
        payload: dict[str, Any] = {
            "register": self._spec.name,
            "key": cells["key"],
            "values": values,
            "retired": rules.is_yes(cells.get("retired", "")),
        }
        if self._levels:
            payload["levels"] = self._levels
        self._payloads[subject] = (site, payload)

    def plan(self, retire: bool) -> list[Planned]:
        """How each entry stands to what is there."""
        known = records.get(self._session, self._payloads)
        planned = [
            Planned(subject, site, payload, _standing(known.get(subject), payload))
            for subject, (site, payload) in self._payloads.items()
        ]
        return [*planned, *self._left_out()] if retire else planned

    def _left_out(self) -> Iterator[Planned]:
        sites = {site for site, _payload in self._payloads.values()}
        for site in sorted(sites | ({self._site} if self._site else set())):
            for state in records.registers(self._session, site):
                body = state.body
                if body["register"] != self._spec.name or body.get("retired"):
                    continue
                if state.id not in self._payloads:
                    payload = {"register": body["register"], "key": body["key"], "retired": True}
                    yield Planned(state.id, site, payload, "retired")


def _standing(before: State | None, payload: Mapping[str, Any]) -> Standing:
    if before is None:
        return "new"
    defaults = {"retired": False}
    same = all(before.body.get(name, defaults.get(name)) == payload[name] for name in payload)
    return "same" if same else "changed"
