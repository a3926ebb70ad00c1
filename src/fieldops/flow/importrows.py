"""Checking the rows of an import against each other and against the database.

Rows become a ``Plan``: what is to be written, and how each entry stands to what is there.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, Literal
from uuid import UUID, uuid5

from msgspec import Struct
from msgspec.structs import replace
from sqlmodel import Session

from fieldops.flow.columns import (
    COLUMNS,
    EVERYWHERE,
    ROLES,
    Kind,
    check_cell,
    known_columns,
    place_columns,
)
from fieldops.flow.importfaults import fault
from fieldops.flow.sheet import Line, Table
from fieldops.model.access import Grant, Level, Role
from fieldops.model.fault import Fault
from fieldops.rules.places import FENCE
from fieldops.store import meta, people, records

State = Literal["new", "changed", "same"]
_PLACE = ("staff_number", "team", "post")
_DAY_MS = 24 * 3600 * 1000
_SITE_SPLIT = str.maketrans("；，、,\n", ";;;;;")


class Place(Struct, frozen=True):
    """A site or an area to be: ``payload`` holds the members that the file names."""

    id: UUID
    site: UUID
    payload: dict[str, Any]
    state: State


class Account(Struct, frozen=True):
    """A person to be; ``id`` is None for a new one."""

    id: UUID | None
    login: str
    name: str
    staff_number: str
    team: str
    post: str
    password: str
    pin: str
    grants: tuple[Grant, ...]
    state: State


class Plan(Struct, frozen=True):
    """What an import would do.  ``grants`` of accounts are only those not in force yet."""

    sites: list[Place]
    areas: list[Place]
    people: list[Account]

    def counts(self) -> dict[str, dict[str, int]]:
        """How many are new, changed and the same, by kind."""
        kinds: dict[str, Sequence[Place | Account]] = {
            "sites": self.sites,
            "areas": self.areas,
            "people": self.people,
        }
        return {
            kind: {"new": 0, "changed": 0, "same": 0} | Counter(one.state for one in entries)
            for kind, entries in kinds.items()
            if entries
        }


def site_id(session: Session, code: str) -> UUID:
    """The id of a site that is made for a code: the same one whoever makes it."""
    return uuid5(meta.organisation(session), f"site:{code}")


class Row:
    """One row with its cells by column."""

    def __init__(self, table: Table, kind: Kind, line: Line, placed: dict[str, int]) -> None:
        self.path, self.number, self._kind, self._placed = table.path, line.number, kind, placed
        self._cells = line.cells

    def __getitem__(self, name: str) -> str:
        at = self._placed.get(name, len(self._cells))
        return self._cells[at] if at < len(self._cells) else ""

    def given(self, *names: str) -> dict[str, str]:
        return {name: self[name] for name in names if self[name]}

    def fault(self, code: str, name: str, /, **details: str) -> Fault:
        zh_name = COLUMNS[self._kind][name].names[0]
        details = {"name": name, "zh_name": zh_name, "value": self[name][:60]} | details
        return fault(code, self.path, self.number, self._placed.get(name, 0) + 1, **details)


def good_rows(table: Table, kind: Kind, faults: list[Fault]) -> Iterator[Row]:
    """The rows of which every cell is good by itself; what is wrong goes to ``faults``."""
    placed, wrong = place_columns(table, kind)
    faults += wrong
    for line in () if wrong else table.rows:
        row = Row(table, kind, line, placed)
        found = _cell_faults(table, kind, line, row)
        faults += found
        if not found:
            yield row


def _cell_faults(table: Table, kind: Kind, line: Line, row: Row) -> list[Fault]:
    width = len(table.header.cells)
    if any(line.cells[width:]):
        return [fault("too-many-cells", table.path, line.number, width + 1)]
    found = []
    for name in COLUMNS[kind]:
        wrong = check_cell(kind, name, row[name])
        if wrong is not None:
            found.append(row.fault(wrong[0], name, **wrong[1]))
    return found


class Checker:
    """Gathers rows and faults; later kinds may name what earlier ones bring."""

    def __init__(self, session: Session, now_ms: int) -> None:
        self.faults: list[Fault] = []
        self._session, self._now_ms = session, now_ms
        known = records.get(session, records.site_ids(session)).values()
        self._sites_by_code: dict[str, list[UUID]] = {}
        for state in known:
            self._sites_by_code.setdefault(state.body.get("code", ""), []).append(state.id)
        self._bodies = {state.id: state.body for state in known}
        self._sites: dict[str, Place] = {}
        self._areas: dict[tuple[UUID, str], Place] = {}
        self._area_rows: dict[tuple[UUID, str], Row] = {}
        self._known_areas: dict[UUID, dict[str, UUID]] = {}
        self._accounts: dict[str, Account] = {}
        self._first: dict[tuple[str, ...], int] = {}

    def plan(self) -> Plan:
        return Plan([*self._sites.values()], [*self._areas.values()], [*self._accounts.values()])

    def reject_kind(self, table: Table) -> None:
        example = "login, name, role, sites", "登录名、姓名、角色、项目"
        details = {"example": example[0], "zh_example": example[1]}
        self.faults.append(fault("unknown-kind", table.path, table.header.number, 1, **details))

    def take(self, table: Table, kind: Kind) -> None:
        check = {"sites": self._site, "areas": self._area, "people": self._person}[kind]
        for row in good_rows(table, kind, self.faults):
            check(row)

    def _is_first(self, row: Row, name: str, *key: str) -> bool:
        first = self._first.setdefault(key, row.number)
        if first == row.number:
            return True
        self.faults.append(row.fault("duplicate", name, first=str(first)))
        return False

    def _site(self, row: Row) -> None:
        code = row["code"]
        ids = self._sites_by_code.get(code, [])
        if len(ids) > 1:
            self.faults.append(row.fault("ambiguous-site", "code"))
        elif self._is_first(row, "code", "site", code):
            site = ids[0] if ids else site_id(self._session, code)
            payload: dict[str, Any] = row.given("code", "name", "nature", "address", "timezone")
            if fence := row.given(*FENCE):
                payload["fence"] = fence
                missing = [name for name in FENCE if name not in fence]
                self.faults += [row.fault("fence-part", name) for name in missing]
            self._sites[code] = Place(site, site, payload, self._standing(site, payload))

    def _standing(self, subject: UUID, payload: dict[str, Any]) -> State:
        body = self._bodies.get(subject)
        if body is None:
            return "new"
        same = all(body.get(name) == value for name, value in payload.items())
        return "same" if same else "changed"

    def _site_of(self, row: Row, name: str, code: str) -> UUID | None:
        if code in self._sites:
            return self._sites[code].id
        ids = self._sites_by_code.get(code, [])
        if len(ids) == 1:
            return ids[0]
        wrong = "ambiguous-site" if ids else "unknown-site"
        self.faults.append(row.fault(wrong, name, value=code[:60]))
        return None

    def _area(self, row: Row) -> None:
        site = self._site_of(row, "site", row["site"])
        code = row["code"]
        if site is None or not self._is_first(row, "code", "area", str(site), code):
            return
        area = self._areas_of(site).get(code) or uuid5(site, f"area:{code}")
        payload: dict[str, Any] = row.given("code", "name", "nature")
        self._areas[site, code] = Place(area, site, payload, self._standing(area, payload))
        self._area_rows[site, code] = row

    def _areas_of(self, site: UUID) -> dict[str, UUID]:
        """The areas that a site has in the database, by code."""
        if site not in self._known_areas:
            states = list(records.of_kind(self._session, [site], "area"))
            self._bodies |= {state.id: state.body for state in states}
            self._known_areas[site] = {state.body.get("code", ""): state.id for state in states}
        return self._known_areas[site]

    def check_parents(self) -> None:
        """Parents may stand below their children, so they are looked up when all rows are in."""
        for (site, code), row in self._area_rows.items():
            if not row["parent"]:
                continue
            named = self._areas.get((site, row["parent"]))
            parent = named.id if named else self._areas_of(site).get(row["parent"])
            if parent is None:
                self.faults.append(row.fault("unknown-parent", "parent"))
                continue
            area = self._areas[site, code]
            payload = area.payload | {"parent": str(parent)}
            state = self._standing(area.id, payload)
            self._areas[site, code] = Place(area.id, site, payload, state)
        self._check_cycles()

    def _check_cycles(self) -> None:
        planned = {area.id: area.payload.get("parent") for area in self._areas.values()}
        for (site, code), row in self._area_rows.items():
            start = self._areas[site, code].id
            above, seen = start, {start}
            while (found := self._parent(above, planned)) is not None and found not in seen:
                seen.add(found)
                above = found
            if found == start:
                self.faults.append(row.fault("parent-cycle", "parent", value=code))

    def _parent(self, area: UUID, planned: dict[UUID, str | None]) -> UUID | None:
        found = planned.get(area) or self._bodies.get(area, {}).get("parent")
        return None if found is None else UUID(found)

    def _person(self, row: Row) -> None:
        login = row["login"]
        first = self._first.setdefault(("person", login), row.number)
        before = self._accounts.get(login)
        if before is None:
            before = self._account(row)
        elif differs := self._differs(before, row):
            self.faults.append(row.fault("differs", differs, first=str(first)))
            return
        grant = self._grant(row)
        if before is None:
            return
        grants = before.grants
        if grant is not None and grant not in grants and not self._has(before.id, grant):
            grants = (*grants, grant)
        state: State = "changed" if grants and before.state == "same" else before.state
        self._accounts[login] = replace(before, grants=grants, state=state)

    @staticmethod
    def _differs(before: Account, row: Row) -> str:
        if row["name"] != before.name:
            return "name"
        said = {one: row[one] for one in _PLACE if row[one]}
        return next((one for one, text in said.items() if text != getattr(before, one)), "")

    def _account(self, row: Row) -> Account | None:
        """The person of a row as they stand in the database, or new."""
        cells = (row[one] for one in ("name", "staff_number", "team", "post", "password", "pin"))
        name, number, team, post, password, pin = cells
        login = row["login"]
        said = Account(None, login, name, number, team, post, password, pin, (), "new")
        user = people.user_id(self._session, login)
        if user is None:
            return said
        person = people.people(self._session, [user]).get(user)
        if person is None:
            self.faults.append(row.fault("disabled", "login"))
            return None
        place = {one: getattr(said, one) or getattr(person, one) for one in _PLACE}
        has_password, has_pin = people.has_secrets(self._session, user)
        secrets = {"password": "" if has_password else password, "pin": "" if has_pin else pin}
        stands = replace(said, id=user, **place, **secrets)
        same = all(getattr(stands, one) == getattr(person, one) for one in ("name", *_PLACE))
        return replace(stands, state="changed" if not same or any(secrets.values()) else "same")

    def _has(self, user: UUID | None, grant: Grant) -> bool:
        if user is None:
            return False
        return any(held == grant for _id, held in people.grants(self._session, user))

    def _grant(self, row: Row) -> Grant | None:
        known = known_columns("people") | {
            "known": ", ".join(role.value for role in Role),
            "zh_known": "、".join(name for name in ROLES if not name.isascii()),
        }
        if not row["role"]:
            if row["sites"]:
                self.faults.append(row.fault("sites-without-role", "role", **known))
            return None
        role = ROLES.get(row["role"].lower())
        if role is None:
            self.faults.append(row.fault("unknown-role", "role", **known))
            return None
        if not row["sites"]:
            self.faults.append(row.fault("role-without-sites", "sites"))
            return None
        level = Level(int(row["level"].upper().removeprefix("L") or "1"))
        return Grant(role, self._grant_sites(row), level, self._until(row))

    def _grant_sites(self, row: Row) -> frozenset[UUID] | None:
        if row["sites"].lower() in EVERYWHERE:
            return None
        codes = [code.strip() for code in row["sites"].translate(_SITE_SPLIT).split(";")]
        found = [self._site_of(row, "sites", code) for code in codes if code]
        return frozenset(site for site in found if site is not None)

    def _until(self, row: Row) -> int | None:
        if not row["until"]:
            return None
        text = row["until"].replace("/", "-").replace(".", "-")
        try:
            year, month, day = (int(part) for part in text.split("-"))
            moment = datetime(year, month, day, tzinfo=UTC)
        except ValueError:
            self.faults.append(row.fault("bad-form", "until", example="2027-12-31"))
            return None
        until_ms = int(moment.timestamp() * 1000) + _DAY_MS
        if until_ms <= self._now_ms:
            self.faults.append(row.fault("past", "until"))
        return until_ms
