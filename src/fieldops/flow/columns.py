"""The columns that an import knows, their names in both languages, what may stand in a cell."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Literal
from zoneinfo import available_timezones

from msgspec import Struct

from fieldops.flow.accounts import PIN_PATTERN
from fieldops.flow.importfaults import fault
from fieldops.flow.sheet import Table
from fieldops.model.access import Role
from fieldops.model.fault import Fault
from fieldops.model.problem import ProblemError, problem
from fieldops.model.said import Said, lines
from fieldops.model.said import at as at_member
from fieldops.rules.passwords import LENGTH_MAX
from fieldops.rules.places import FENCE, read_fence

Kind = Literal["sites", "areas", "people", "qualifications", "holidays"]
KINDS: tuple[Kind, ...] = ("sites", "areas", "people")
"""What a company's file holds, in the order in which it is taken in."""


class Column(Struct, frozen=True):
    """``names`` are accepted as its heading, beside its own name; the first is shown in Chinese."""

    names: tuple[str, ...]
    required: bool = False
    length_max: int = 200
    pattern: str = ""


_CODE = r"[0-9A-Za-z\u4e00-\u9fff][0-9A-Za-z\u4e00-\u9fff._/#-]*"
"""Codes are typed by hand and go into addresses: letters, digits, Chinese, and . _ / # -."""
_INITIAL_LENGTH = 8
"""An imported password opens one sign-in; the profile holds what its owner then chooses."""
_LOGIN = r"[0-9A-Za-z\u4e00-\u9fff][0-9A-Za-z\u4e00-\u9fff._@+-]*"

COLUMNS: dict[Kind, dict[str, Column]] = {
    "sites": {
        "code": Column(("项目编码", "编码", "代码", "site code"), True, pattern=_CODE),
        "name": Column(("项目名称", "名称", "site name"), True),
        "nature": Column(("类型", "业态", "性质", "type")),
        "address": Column(("地址", "项目地址"), length_max=1000),
        "timezone": Column(("时区", "time zone")),
        "latitude": Column(("纬度", "lat")),
        "longitude": Column(("经度", "lon", "lng")),
        "radius_m": Column(("围栏半径", "半径", "radius", "fence radius")),
    },
    "areas": {
        "site": Column(("所属项目", "项目", "项目编码", "site code"), True),
        "code": Column(("区域编码", "编码", "代码", "area code"), True, pattern=_CODE),
        "name": Column(("区域名称", "名称", "area name"), True),
        "nature": Column(("类型", "性质", "type")),
        "parent": Column(("上级区域", "上级", "上级编码", "parent code")),
    },
    "people": {
        "login": Column(("登录名", "账号", "用户名", "user name"), True, pattern=_LOGIN),
        "name": Column(("姓名", "名称"), True),
        "staff_number": Column(("工号", "员工编号", "staff no")),
        "team": Column(("班组", "团队", "所属班组")),
        "post": Column(("职务", "岗位名称", "position")),
        "role": Column(("角色", "岗位")),
        "sites": Column(("项目", "负责项目", "所属项目", "site"), length_max=100_000),
        "level": Column(("数据级别", "级别")),
        "until": Column(("有效期至", "到期日", "有效期", "expires")),
        "password": Column(("密码", "初始密码"), length_max=LENGTH_MAX),
        "pin": Column(("PIN", "PIN码"), pattern=PIN_PATTERN),
    },
    "qualifications": {
        "login": Column(("登录名", "账号", "用户名", "user name"), True, pattern=_LOGIN),
        "domain": Column(("检查领域", "领域", "专业"), True),
        "certificate": Column(("证书编号", "证书号", "certificate no")),
        "valid_from": Column(("有效期自", "生效日期", "发证日期", "from"), True),
        "valid_until": Column(("有效期至", "到期日", "until")),
    },
    "holidays": {
        "day": Column(("日期", "date"), True),
        "type": Column(("类型", "性质", "kind")),
        "site": Column(("项目", "项目编码", "site code")),
        "name": Column(("名称", "节日")),
    },
}
_TITLES: dict[str, Kind] = {"项目": "sites", "区域": "areas", "人员": "people"}

ROLES: dict[str, Role] = {role.value: role for role in Role} | {
    "巡检员": Role.INSPECTOR,
    "主管": Role.SUPERVISOR,
    "运营": Role.OPS,
    "审计": Role.AUDITOR,
    "导出": Role.EXPORTER,
    "管理员": Role.ADMINISTRATOR,
}
EVERYWHERE = frozenset({"*", "all", "全部", "所有"})


DAY_TYPES: dict[str, Literal["holidays", "workdays"]] = {
    "": "holidays",
    "holiday": "holidays",
    "节假日": "holidays",
    "放假": "holidays",
    "休": "holidays",
    "workday": "workdays",
    "工作日": "workdays",
    "调休上班": "workdays",
    "补班": "workdays",
    "班": "workdays",
}
"""What a day of a calendar's file is; a day without a word is a holiday."""
_DAYS = frozenset({"valid_from", "valid_until", "day"})
_EXAMPLES = {
    "code": "GJ-01",
    "login": "li.lei",
    "pin": "2580",
    "timezone": "Asia/Shanghai",
    "latitude": "31.23",
    "longitude": "121.47",
    "radius_m": "300",
    "level": "1",
    "until": "2027-12-31",
    "valid_from": "2026-01-01",
    "valid_until": "2027-12-31",
    "day": "2026-10-01",
    "type": "holiday",
}
_DECORATION = re.compile(r"[\s_*＊-]+|[（(].*?[)）]")


def kind_of(table: Table) -> Kind | None:
    """What a table holds: by the worksheet's title, else by its columns."""
    title = table.title.strip().lower()
    named = next((kind for kind in KINDS if kind == title), None) or _TITLES.get(title)
    if named:
        return named
    if "login" in _known(table, "people"):
        return "people"
    if {"site", "code"} <= _known(table, "areas"):
        return "areas"
    return "sites" if {"code", "name"} <= _known(table, "sites") else None


def _known(table: Table, kind: Kind) -> set[str]:
    headings = _headings(kind)
    return {headings[name] for name in map(_plain, table.header.cells) if name in headings}


def _plain(heading: str) -> str:
    """Case, blanks, stars and remarks in brackets do not matter."""
    return _DECORATION.sub("", heading).lower()


def _headings(kind: Kind) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, column in COLUMNS[kind].items():
        for heading in (name, *column.names):
            found.setdefault(_plain(heading), name)
    return found


def read_day(text: str) -> date | None:
    """A day as people write it: 2026-10-01, 2026/10/1, 2026.10.1."""
    try:
        year, month, day = (
            int(part) for part in text.replace("/", "-").replace(".", "-").split("-")
        )
        return date(year, month, day) if 2000 <= year <= 2199 else None
    except ValueError:
        return None


def known_columns(kind: Kind) -> dict[str, str]:
    """The names of a kind's columns in English and Chinese, for advice."""
    columns = COLUMNS[kind]
    return {
        "known": ", ".join(columns),
        "zh_known": "、".join(column.names[0] for column in columns.values()),
    }


def place_columns(table: Table, kind: Kind) -> tuple[dict[str, int], list[Fault]]:
    """Where each column stands (from 0), and what is wrong with the header."""
    headings, placed, faults = _headings(kind), {}, []
    for at, heading in enumerate(table.header.cells):
        where = (table.path, table.header.number, at + 1)
        name = headings.get(_plain(heading))
        if heading and name is None:
            faults.append(fault("unknown-column", *where, value=heading, **known_columns(kind)))
        elif name in placed:
            faults.append(fault("column-twice", *where, value=heading))
        elif name is not None:
            placed[name] = at
    for name, column in COLUMNS[kind].items():
        if column.required and name not in placed:
            where = (table.path, table.header.number, 1)
            faults.append(fault("missing-column", *where, name=name, zh_name=column.names[0]))
    return placed, faults


def check_cell(kind: Kind, name: str, value: str) -> tuple[str, dict[str, str]] | None:
    """The code and details of what is wrong with one cell by itself, or None."""
    column = COLUMNS[kind][name]
    names = {"name": name, "zh_name": column.names[0], "value": value[:60]}
    if not value:
        return ("missing", names) if column.required else None
    if len(value) > column.length_max:
        return "too-long", names | {"high": str(column.length_max)}
    if name == "password" and len(value) < _INITIAL_LENGTH:
        return "too-short", names | {"low": str(_INITIAL_LENGTH)}
    good = not column.pattern or re.fullmatch(column.pattern, value) is not None
    if name == "timezone":
        good = value in available_timezones()
    if name in FENCE:
        good = name in read_fence({name: value})
    if name in _DAYS:
        good = read_day(value) is not None
    if (kind, name) == ("holidays", "type"):
        good = value.lower() in DAY_TYPES
    if name == "level":
        good = value.upper().removeprefix("L") in ("1", "2", "3")
    return None if good else ("bad-form", names | {"example": _EXAMPLES[name]})


def check_given(kind: Kind, given: Mapping[str, str]) -> None:
    """Check what was typed for one entry as an import checks its cells.

    Raises ``ProblemError`` validation.
    """
    wrong = []
    for name, value in given.items():
        found = check_cell(kind, name, value)
        if found is not None:
            told = fault(found[0], "", 0, 0, **found[1])
            zh, en = (f"{told.messages[one]} {told.advice[one]}" for one in ("zh-CN", "en"))
            wrong.append(at_member(name, Said(zh, en)))
    if wrong:
        raise ProblemError(problem("validation", lines(wrong)))
