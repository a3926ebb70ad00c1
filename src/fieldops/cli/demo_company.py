"""The demo's company: three sites with their areas, a person of every role, three tablets to enrol.

Everything is written by the functions that the command line and the API use; passwords and PINs are
drawn anew for each company, because the server that they open is a real one.
"""

import secrets
from collections.abc import Sequence
from uuid import UUID

from msgspec import Struct
from sqlmodel import Session

from fieldops.flow import setup
from fieldops.model.access import Grant, Level, Role
from fieldops.model.checklist import Checklist
from fieldops.plugin.files import read_checklists
from fieldops.rules.checklists import address, parse
from fieldops_sync.ids import uuid7

DOMAINS = ("cleaning", "confidentiality", "facilities", "security")


class SitePlan(Struct, frozen=True):
    """A site to create: its areas as (code, name, nature)."""

    code: str
    name: str
    nature: str
    address: str
    areas: tuple[tuple[str, str, str], ...]


class PersonPlan(Struct, frozen=True):
    """A person to create; ``sites`` by code, None for every site.  Walkers get a PIN."""

    login: str
    name: str
    staff_number: str
    role: Role
    sites: tuple[str, ...] | None
    level: Level = Level.L1
    walks: bool = False


class Staff(Struct, frozen=True):
    """A person of the demo with what they sign in by: a password at desks, a PIN on tablets."""

    id: UUID
    plan: PersonPlan
    password: str = ""
    pin: str = ""


class Roster(Struct, frozen=True):
    """Sites by code, areas by code, people by login: what a later demo on the same data needs."""

    sites: dict[str, UUID]
    areas: dict[str, UUID]
    staff: dict[str, Staff]


class Company(Struct, frozen=True):
    """The company, with enrolment codes by tablet and checklists by key."""

    roster: Roster
    codes: dict[str, str]
    checklists: dict[str, Checklist]

    def definition(self, key: str) -> str:
        """The SHA-256 of a published checklist."""
        return address(self.checklists[key])


SITES = (
    SitePlan(
        "CH",
        "翠湖花园 Cuihu Gardens",
        "estate",
        "翠湖路 18 号",
        (
            ("CH-B1", "1 号楼 Building 1", "building"),
            ("CH-B2", "2 号楼 Building 2", "building"),
            ("CH-GD", "中央花园 Central garden", "garden"),
            ("CH-GT", "东门岗 East gate", "gate"),
        ),
    ),
    SitePlan(
        "YJ",
        "云锦中心 Yunjin Tower",
        "office",
        "云锦大道 66 号",
        (
            ("YJ-LB", "大堂 Lobby", "lobby"),
            ("YJ-PR", "地下设备层 Basement plant rooms", "plant_room"),
            ("YJ-LF", "电梯机房 Lift machine rooms", "plant_room"),
            ("YJ-RF", "屋面 Roof", "roof"),
        ),
    ),
    SitePlan(
        "JP",
        "江畔销售中心 Riverside Sales Centre",
        "sales_centre",
        "滨江东路 3 号",
        (
            ("JP-HL", "展厅 Exhibition hall", "hall"),
            ("JP-SG", "签约室 Signing room", "office"),
            ("JP-SR", "样板间 Show flat", "show_flat"),
        ),
    ),
)

PEOPLE = (
    PersonPlan("li.lei", "李雷 Li Lei", "1007", Role.INSPECTOR, ("YJ",), walks=True),
    PersonPlan("han.meimei", "韩梅梅 Han Meimei", "1012", Role.INSPECTOR, ("YJ", "CH"), walks=True),
    PersonPlan("wang.qiang", "王强 Wang Qiang", "1019", Role.INSPECTOR, ("YJ", "JP"), walks=True),
    PersonPlan("zhou.min", "周敏 Zhou Min", "0103", Role.SUPERVISOR, ("YJ", "CH", "JP"), Level.L2),
    PersonPlan("chen.yun", "陈芸 Chen Yun", "0211", Role.OPS, None),
    PersonPlan("sun.shen", "孙慎 Sun Shen", "0305", Role.AUDITOR, None, Level.L2),
    PersonPlan("wu.bu", "吴布 Wu Bu", "0401", Role.EXPORTER, None, Level.L2),
    PersonPlan("admin", "管理员 Administrator", "0001", Role.ADMINISTRATOR, None),
)

TABLETS = {
    "A-01": ("li.lei", "han.meimei"),
    "B-02": ("wang.qiang",),
    "C-03": ("han.meimei", "wang.qiang"),
}
"""The tablets and who is granted on each; C-03 is left for the reader to enrol."""


def create_company(session: Session, now_ms: int) -> Company:
    """Create it all in the caller's transaction."""
    sites = {plan.code: uuid7() for plan in SITES}
    areas = {code: uuid7() for plan in SITES for code, _, _ in plan.areas}
    for plan in SITES:
        _put_site(session, plan, sites[plan.code], areas, now_ms)
    staff = {plan.login: _add_person(session, plan, sites, now_ms) for plan in PEOPLE}
    return open_company(session, Roster(sites, areas, staff), now_ms)


def open_company(session: Session, roster: Roster, now_ms: int) -> Company:
    """Draw new enrolment codes and publish what is not published yet."""
    codes = {
        name: setup.enrol_code(
            session, name, [roster.staff[login].id for login in logins], setup.SYSTEM, now_ms
        )
        for name, logins in TABLETS.items()
    }
    return Company(roster, codes, _publish(session, now_ms))


def _put_site(
    session: Session, plan: SitePlan, site: UUID, areas: dict[str, UUID], now_ms: int
) -> None:
    payload = {
        "name": plan.name,
        "code": plan.code,
        "nature": plan.nature,
        "address": plan.address,
        "timezone": "Asia/Shanghai",
    }
    setup.put_site(session, site, payload, setup.SYSTEM, now_ms)
    for code, name, nature in plan.areas:
        members = {"name": name, "code": code, "nature": nature}
        setup.put_area(session, areas[code], site, members, setup.SYSTEM, now_ms)


def _add_person(session: Session, plan: PersonPlan, sites: dict[str, UUID], now_ms: int) -> Staff:
    password = "" if plan.walks else f"{plan.login}-{secrets.token_hex(4)}"
    pin = f"{secrets.randbelow(10**6):06d}" if plan.walks else ""
    user = setup.add_user(
        session,
        plan.login,
        plan.name,
        setup.SYSTEM,
        now_ms,
        plan.staff_number,
        password or None,
        pin or None,
    )
    where = None if plan.sites is None else frozenset(sites[code] for code in plan.sites)
    setup.add_grant(session, user, Grant(plan.role, where, plan.level), setup.SYSTEM, now_ms)
    return Staff(user, plan, password, pin)


def _publish(session: Session, now_ms: int) -> dict[str, Checklist]:
    checklists = domain_checklists(DOMAINS)
    for checklist in checklists:
        setup.publish(session, checklist, setup.SYSTEM, now_ms)
    return {checklist.key: checklist for checklist in checklists}


def domain_checklists(domains: Sequence[str]) -> list[Checklist]:
    """The checklists that come with the domain packages; raises ValueError if one has faults."""
    found = []
    for domain in domains:
        for file in read_checklists(f"fieldops_{domain}", domain):
            checklist = parse(file.text, file.name)
            if isinstance(checklist, list):
                raise ValueError(f"{file.name}: line {checklist[0].line}: {checklist[0].messages}")
            found.append(checklist)
    return found
