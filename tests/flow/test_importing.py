"""Importing a company: every bad row named, all or nothing, and the same again nothing."""

import os
import re
import zipfile
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from uuid import UUID

import openpyxl
import pytest
from sqlmodel import Session
from tests.cli.helping import Line

from fieldops.flow import accounts, identity, importing, setup, sheet
from fieldops.flow.columns import COLUMNS, KINDS, kind_of
from fieldops.flow.importfaults import FAULTS
from fieldops.flow.setup import SYSTEM
from fieldops.flow.sheet import read_tables
from fieldops.model.access import Grant, Level, Role
from fieldops.model.problem import ProblemError, detail_in, slug_of
from fieldops.store import audit, log, passwords, people, records, schema
from fieldops.store.engine import Store, open_store

NOW_MS = 1_795_262_400_000
SITES = "code,name,timezone\nCH,翠湖花园,Asia/Shanghai\nTW,云顶大厦,\n"
AREAS = "site,code,name,parent\nCH,B1-F1,一层,B1\nCH,B1,一号楼,\nTW,B1,塔楼,\n"
PEOPLE = (
    "login,name,staff_number,role,sites,level,until,password,pin\n"
    "li,李雷,007,inspector,CH;TW,2,2099-12-31,,2580\n"
    "li,李雷,007,supervisor,*,,,,\n"
    "han,韩梅梅,,,,,,correct horse,\n"
)


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    opened = open_store(database_url)
    schema.prepare(opened)
    yield opened
    opened.close()


def write(folder: Path, text: str, name: str = "rows.csv", encoding: str = "utf-8") -> Path:
    file = folder / name
    file.write_bytes(text.encode(encoding))
    return file


def plan(store: Store, *files: Path, kind=None, now_ms: int = NOW_MS):
    tables = [table for file in files for table in read_tables(file)]
    with store.read() as session:
        return importing.plan(session, tables, kind, now_ms)


def take(store: Store, *files: Path, now_ms: int = NOW_MS) -> dict[str, dict[str, int]]:
    tables = [table for file in files for table in read_tables(file)]
    planned = plan(store, *files, now_ms=now_ms)
    assert isinstance(planned, importing.Plan), planned
    secrets = importing.hash_secrets(planned)

    def job(session: Session) -> dict[str, dict[str, int]]:
        again = importing.plan(session, tables, None, now_ms)
        assert isinstance(again, importing.Plan)
        return importing.apply(session, again, secrets, SYSTEM, now_ms)

    return store.write(job).result()


def files(folder: Path) -> list[Path]:
    return [
        write(folder, SITES, "sites.csv"),
        write(folder, AREAS, "areas.csv"),
        write(folder, PEOPLE, "people.csv"),
    ]


def counts(new: int = 0, changed: int = 0, same: int = 0) -> dict[str, int]:
    return {"new": new, "changed": changed, "same": same}


def test_a_company_comes_in_whole_and_the_same_again_changes_nothing(store: Store, tmp_path: Path):
    given = files(tmp_path)
    assert take(store, *given) == {
        "sites": counts(new=2),
        "areas": counts(new=3),
        "people": counts(new=2),
    }
    with store.read() as session:
        before = (log.counter(session), len(audit.latest(session, 1000)))
        sites = records.get(session, records.site_ids(session))
        by_code = {state.body["code"]: state.id for state in sites.values()}
        areas = {
            state.body["code"]: state for state in records.of_kind(session, [by_code["CH"]], "area")
        }
        assert areas["B1-F1"].body["parent"] == str(areas["B1"].id)
        person = dict(people.everybody(session))["li"]
        assert set(person.grants) == {
            Grant(Role.INSPECTOR, frozenset(by_code.values()), Level.L2, 4102444800000),
            Grant(Role.SUPERVISOR),
        }
        assert identity.verify_secret(people.pins(session, [person.id])[person.id], "2580")
        kept = passwords.by_login(session, "han")
        assert kept is not None
        assert kept.once, "what an import says opens one sign-in"
        assert identity.verify_secret(kept.hash, "correct horse")
    assert take(store, *given) == {
        "sites": counts(same=2),
        "areas": counts(same=3),
        "people": counts(same=2),
    }
    with store.read() as session:
        assert (log.counter(session), len(audit.latest(session, 1000))) == before


def test_what_people_chose_since_is_not_undone(store: Store, tmp_path: Path):
    given = files(tmp_path)
    take(store, *given)
    with store.read() as session:
        han = people.user_id(session, "han")
    assert han is not None
    store.write(lambda s: passwords.put(s, han, "her own", NOW_MS, once=False)).result()
    assert take(store, *given)["people"] == counts(same=2)
    with store.read() as session:
        kept = passwords.by_login(session, "han")
        assert kept is not None
        assert (kept.hash, kept.once) == ("her own", False)


def test_changes_are_taken_over_and_told_to_tablets(store: Store, tmp_path: Path):
    take(store, *files(tmp_path))
    with store.read() as session:
        li = people.user_id(session, "li")
    assert li is not None
    device = UUID(int=7)
    store.write(lambda s: setup.grant_person(s, device, li, True, SYSTEM, NOW_MS)).result()
    sites = write(tmp_path, "code,name\nCH,翠湖花园二期\n")
    areas = write(tmp_path, "site,code,name\nCH,B1,1号楼\n", "a.csv")
    person = write(tmp_path, "login,name,role,sites\nli,李磊,ops,CH\nhan,韩梅梅,,\n", "p.csv")
    assert take(store, sites, areas, person) == {
        "sites": counts(changed=1),
        "areas": counts(changed=1),
        "people": counts(changed=1, same=1),
    }
    with store.read() as session:
        states = {
            state.body["code"]: state.body
            for state in records.get(session, records.site_ids(session)).values()
        }
        wanted = {"code": "CH", "name": "翠湖花园二期", "timezone": "Asia/Shanghai"}
        assert states["CH"] | wanted == states["CH"]
        told = list(records.of_kind(session, [device], "person"))
        assert [one.body["name"] for one in told] == ["李磊"]
        found = dict(people.everybody(session))["li"]
        assert (found.name, found.staff_number, len(found.grants)) == ("李磊", "007", 3)


def test_teams_and_posts_come_in_with_people_and_stay_where_a_file_is_silent(
    store: Store, tmp_path: Path
):
    row = write(tmp_path, "登录名,姓名,班组,职务\nli,李雷,夜班,领班\n")
    assert take(store, row)["people"] == counts(new=1)
    assert take(store, row)["people"] == counts(same=1)
    assert take(store, write(tmp_path, "login,name\nli,李雷\n"))["people"] == counts(same=1)
    moved = write(tmp_path, "login,name,team\nli,李雷,day\n")
    assert take(store, moved)["people"] == counts(changed=1)
    with store.read() as session:
        found = dict(people.everybody(session))["li"]
        assert (found.team, found.post) == ("day", "领班")


def test_a_disabled_person_cannot_be_imported_and_is_gone_from_tablets(
    store: Store, tmp_path: Path
):
    take(store, *files(tmp_path))
    with store.read() as session:
        li = people.user_id(session, "li")
    assert li is not None
    device = UUID(int=7)
    store.write(lambda s: setup.grant_person(s, device, li, True, SYSTEM, NOW_MS)).result()
    assert store.write(lambda s: accounts.disable(s, li, SYSTEM, NOW_MS)).result() == [device]
    with store.read() as session:
        (told,) = records.of_kind(session, [device], "person")
        assert told.body["granted"] is False
    found = plan(store, write(tmp_path, "login,name\nli,李雷\nli,李雷\n"))
    assert [fault.code for fault in found] == ["disabled", "disabled"]


FENCED = "code,name,latitude,longitude,radius_m\nA,a,"
BAD_ROWS = [
    ("sites", "code,name\n,a\n", [("missing", 2, 1)]),
    ("sites", "code,name\nA,\n", [("missing", 2, 2)]),
    ("sites", f"code,name\nA,{'x' * 201}\n", [("too-long", 2, 2)]),
    ("sites", "code,name\nA B,a\n", [("bad-form", 2, 1)]),
    ("sites", "code,name,timezone\nA,a,Mars/Olympus\n", [("bad-form", 2, 3)]),
    ("sites", f"{FENCED}31.2,121.4,\n", [("fence-part", 2, 5)]),
    ("sites", f"{FENCED},,300\n", [("fence-part", 2, 3), ("fence-part", 2, 4)]),
    ("sites", "code,name,radius_m\nA,a,300\n", [("fence-part", 2, 1), ("fence-part", 2, 1)]),
    ("sites", f"{FENCED}91,121.4,300\n", [("bad-form", 2, 3)]),
    ("sites", f"{FENCED}31.2,180.5,0\n", [("bad-form", 2, 4), ("bad-form", 2, 5)]),
    ("sites", f"{FENCED}north,121.4,300\n", [("bad-form", 2, 3)]),
    ("sites", "code,name\nA,a\nB,b\nA,c\n", [("duplicate", 4, 1)]),
    ("sites", "code,name\nA,a,b\n", [("too-many-cells", 2, 3)]),
    ("sites", "code,name,colour\nA,a,red\n", [("unknown-column", 1, 3)]),
    ("sites", "code,name,名称\nA,a,b\n", [("column-twice", 1, 3)]),
    ("sites", "code\nA\n", [("missing-column", 1, 1)]),
    ("sites", "\n\ncode,name\n\nA,\n", [("missing", 5, 2)]),
    ("sites", 'code,name\nA,"two\nlines"\nB,\n', [("missing", 4, 2)]),
    ("areas", "site,code,name\nNO,A,a\n", [("unknown-site", 2, 1)]),
    ("areas", "site,code,name\nCH,A,a\nCH,A,b\n", [("duplicate", 3, 2)]),
    ("areas", "site,code,name,parent\nCH,A,a,Z\n", [("unknown-parent", 2, 4)]),
    ("areas", "site,code,name,parent\nCH,A,a,A\n", [("parent-cycle", 2, 4)]),
    (
        "areas",
        "site,code,name,parent\nCH,A,a,B\nCH,B,b,C\nCH,C,c,A\nCH,D,d,A\n",
        [("parent-cycle", 2, 4), ("parent-cycle", 3, 4), ("parent-cycle", 4, 4)],
    ),
    ("areas", "site,code,name,parent\nCH,B1,a,B1-F1\n", [("parent-cycle", 2, 4)]),
    ("people", "login,name\nli lei,a\n", [("bad-form", 2, 1)]),
    ("people", "login,name\na,b\na,c\n", [("differs", 3, 2)]),
    ("people", "login,name,staff_number\na,b,1\na,b,2\n", [("differs", 3, 3)]),
    ("people", "login,name,team\na,b,day\na,b,night\n", [("differs", 3, 3)]),
    ("people", "login,name,role,sites\na,b,king,CH\n", [("unknown-role", 2, 3)]),
    ("people", "login,name,role,sites\na,b,ops,\n", [("role-without-sites", 2, 4)]),
    ("people", "login,name,role,sites\na,b,,CH\n", [("sites-without-role", 2, 3)]),
    ("people", "login,name,role,sites\na,b,ops,CH;NO\n", [("unknown-site", 2, 4)]),
    ("people", "login,name,role,sites\na,b,ops,DUP\n", [("ambiguous-site", 2, 4)]),
    ("people", "login,name,level\na,b,4\n", [("bad-form", 2, 3)]),
    ("people", "login,name,role,sites,until\na,b,ops,*,soon\n", [("bad-form", 2, 5)]),
    ("people", "login,name,role,sites,until\na,b,ops,*,2026-02-30\n", [("bad-form", 2, 5)]),
    ("people", "login,name,role,sites,until\na,b,ops,*,2020-01-01\n", [("past", 2, 5)]),
    ("people", "login,name,password\na,b,short\n", [("too-short", 2, 3)]),
    ("people", "login,name,pin\na,b,12\n", [("bad-form", 2, 3)]),
    ("people", "login,name,pin\na,b,\n,c,12\n", [("missing", 3, 1), ("bad-form", 3, 3)]),
    ("sites", "code,name\nDUP,a\n", [("ambiguous-site", 2, 1)]),
    (None, "colour,size\nred,7\n", [("unknown-kind", 1, 1)]),
]


@pytest.fixture(scope="module")
def settled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A database with the company above, and two sites of one code."""
    folder = tmp_path_factory.mktemp("settled")
    opened = open_store(f"sqlite:///{folder / 'fieldops.db'}")
    schema.prepare(opened)
    take(opened, *files(folder))

    def twins(session: Session) -> None:
        for number in (1, 2):
            payload = {"code": "DUP", "name": "双"}
            setup.put_site(session, UUID(int=number), payload, SYSTEM, NOW_MS)

    opened.write(twins).result()
    yield opened
    opened.close()


@pytest.mark.parametrize(("kind", "text", "expected"), BAD_ROWS)
def test_every_bad_row_is_named_with_advice(settled: Store, tmp_path: Path, kind, text, expected):
    file = write(tmp_path, text)
    assert kind is None or {kind_of(table) for table in read_tables(file)} <= {kind, None}
    faults = plan(settled, file, kind=kind)
    assert [(fault.code, fault.line, fault.column) for fault in faults] == expected
    for fault in faults:
        assert fault.path == "rows.csv"
        assert all(fault.messages[name] and fault.advice[name] for name in ("zh-CN", "en"))
        assert fault.messages["en"].isascii() or "“" in fault.messages["en"]


def test_the_matrix_shows_every_fault_there_is():
    shown = {code for _kind, _text, expected in BAD_ROWS for code, _line, _column in expected}
    elsewhere = {"disabled", "unknown-login", "unknown-domain", "ends-first", "both-kinds"}
    assert shown | elsewhere == set(FAULTS)


def test_chinese_and_english_headings_mean_the_same(settled: Store, tmp_path: Path):
    for kind, columns in COLUMNS.items():
        headings = [[name, *column.names] for name, column in columns.items()]
        for at in range(max(map(len, headings))):
            chosen = [names[min(at, len(names) - 1)] for names in headings]
            if len(set(chosen)) < len(chosen):
                continue
            decorated = ",".join(f" {heading.upper()} *(必填)" for heading in chosen)
            text = decorated + "\n" + ",".join("x" for _ in chosen) + "\n"
            faults = plan(settled, write(tmp_path, text), kind=kind)
            codes = {fault.code for fault in faults} if isinstance(faults, list) else set()
            assert not codes & {"unknown-column", "column-twice", "missing-column"}, chosen


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ("项目编码,项目名称,类型,地址,时区", "sites"),
        ("code,name", "sites"),
        ("所属项目,编码,名称", "areas"),
        ("site,code,name,parent", "areas"),
        ("登录名,姓名,工号,角色,项目", "people"),
        ("login,name", "people"),
        ("red,blue", None),
    ],
)
def test_the_kind_is_told_by_the_headings(tmp_path: Path, header: str, kind):
    (table,) = read_tables(write(tmp_path, f"{header}\na,b\n"))
    assert kind_of(table) == kind


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_files_of_every_office_program_are_read(tmp_path: Path, encoding: str, delimiter: str):
    text = "项目编码,项目名称\r\nCH,翠湖花园\r\n".replace(",", delimiter)
    (table,) = read_tables(write(tmp_path, text, encoding=encoding))
    assert table.header.cells == ["项目编码", "项目名称"]
    assert [(row.number, row.cells) for row in table.rows] == [(2, ["CH", "翠湖花园"])]


def workbook(folder: Path) -> Path:
    book = openpyxl.Workbook()
    sites = book.active
    assert sites is not None
    sites.title = "项目"
    sites.append(["编码", "名称"])
    sites.append([None, None])
    sites.append(["CH", "翠湖花园"])
    areas = book.create_sheet("Areas")
    areas.append(["site", "code", "name"])
    areas.append(["CH", 1, "一号楼"])
    staff = book.create_sheet("人员")
    staff.append(["登录名", "姓名", "工号", "角色", "项目", "有效期至"])
    staff.append(["li", "李雷", 7.0, "巡检员", "CH", datetime(2099, 12, 31)])
    staff.append(["han", "韩梅梅", 8, "主管", "全部", date(2099, 12, 31)])
    staff.append(["wang", "王芳", "009", "管理员", "全部", datetime(2099, 12, 31, 8, 30)])
    book.create_sheet("empty")
    path = folder / "company.xlsx"
    book.save(path)
    return path


def test_a_workbook_brings_everything_at_once(store: Store, tmp_path: Path):
    file = workbook(tmp_path)
    (fault,) = plan(store, file)
    assert (fault.code, fault.path, fault.line, fault.column) == (
        "bad-form",
        "company.xlsx[人员]",
        4,
        6,
    )
    book = openpyxl.load_workbook(file)
    book["人员"]["F4"] = "2099/12/31"
    book.save(file)
    assert take(store, file) == {
        "sites": counts(new=1),
        "areas": counts(new=1),
        "people": counts(new=3),
    }
    with store.read() as session:
        assert dict(people.everybody(session))["li"].staff_number == "7"
        (site,) = records.site_ids(session)
        assert [one.body["code"] for one in records.of_kind(session, [site], "area")] == ["1"]


SHEET = "xl/worksheets/sheet1.xml"


def rewritten(file: Path, change: Callable[[bytes], bytes]) -> Path:
    """The workbook with the parts of its first sheet changed."""
    made = file.with_name(f"re-{file.name}")
    with zipfile.ZipFile(file) as given, zipfile.ZipFile(made, "w") as taken:
        for name in given.namelist():
            content = given.read(name)
            taken.writestr(name, change(content) if name == SHEET else content)
    return made


@pytest.mark.parametrize("stated", [b"A1", b"A1:XFD1048576"])
def test_the_size_that_a_workbook_states_of_itself_is_not_believed(tmp_path: Path, stated: bytes):
    said = re.compile(rb'<dimension ref="[^"]+"')
    other = b'<dimension ref="%s"' % stated
    sites = read_tables(rewritten(workbook(tmp_path), lambda sheet: said.sub(other, sheet)))[0]
    assert (sites.header.cells, sites.rows[0].cells) == (["编码", "名称"], ["CH", "翠湖花园"])


@pytest.mark.parametrize("cut", [b"<sheetData", b"</row>"])
def test_a_workbook_that_ends_in_the_midst_is_a_problem(tmp_path: Path, cut: bytes):
    damaged = rewritten(workbook(tmp_path), lambda content: content[: content.index(cut)])
    with pytest.raises(ProblemError) as caught:
        read_tables(damaged)
    assert "damaged" in caught.value.problem.detail


def refused(file: Path) -> str:
    with pytest.raises(ProblemError) as caught:
        read_tables(file)
    assert slug_of(caught.value.problem) == "file"
    return str(caught.value.problem.detail)


def test_a_file_that_would_take_all_memory_is_refused_unread(tmp_path: Path):
    """A CSV by its size, a workbook by what it unpacks to, whatever it has by then."""
    (tmp_path / "sites.csv").touch()
    os.truncate(tmp_path / "sites.csv", sheet.BYTES_MAX + 1)
    assert "larger than 64 MB" in refused(tmp_path / "sites.csv")
    book = tmp_path / "re-book.xlsx"
    with zipfile.ZipFile(book, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("xl/worksheets/sheet1.xml", b" " * (sheet.BYTES_MAX + 1))
    assert book.stat().st_size < 100_000
    assert "larger than 64 MB" in refused(book)


def test_far_too_many_rows_and_columns_are_refused(tmp_path: Path):
    file = tmp_path / "sites.csv"
    file.write_text("code,name\n" + "A,x\n" * sheet.ROWS_MAX)
    assert len(read_tables(file)[0].rows) == sheet.ROWS_MAX
    file.write_text("code,name\n" + "A,x\n" * (sheet.ROWS_MAX + 1))
    assert "more than 100000 rows" in refused(file)
    file.write_text("code,name" + "," * sheet.COLUMNS_MAX + "\nA,x" + ",x" * sheet.COLUMNS_MAX)
    assert "more than 1000 cells" in refused(file)


def test_a_row_that_no_worksheet_has_is_not_counted_up_to(tmp_path: Path):
    row = b'<row r="2000000000"><c r="A2000000000"><v>1</v></c></row></sheetData>'
    wrong = rewritten(workbook(tmp_path), lambda part: part.replace(b"</sheetData>", row))
    assert "damaged" in refused(wrong)


def test_a_workbook_that_a_password_locks_is_a_problem(tmp_path: Path):
    """By its entries in the zip; Excel's own way of locking is no zip at all."""
    entry = re.compile(rb"(PK\x01\x02.{4}).", re.DOTALL)
    locked = entry.sub(lambda found: found[1] + b"\x01", workbook(tmp_path).read_bytes())
    (tmp_path / "locked.xlsx").write_bytes(locked)
    assert "damaged" in refused(tmp_path / "locked.xlsx")


def test_what_is_only_formatted_up_to_the_last_column_is_not_kept(tmp_path: Path):
    wide = b'<c r="XFD1"/></row>'
    sites = read_tables(
        rewritten(workbook(tmp_path), lambda part: part.replace(b"</row>", wide, 1))
    )[0]
    assert sites.header.cells == ["编码", "名称"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("old.xls", b"\xd0\xcf\x11\xe0"),
        ("broken.xlsx", b"PK nothing"),
        ("empty.csv", b""),
        ("blank.csv", b"\n\n,,\n"),
        ("image.csv", b"\xff\x00\x81\xff\xfe\x80"),
        ("quotes.csv", b'code,name\n"a,b\n'),
    ],
)
def test_a_file_that_is_no_table_is_a_problem(tmp_path: Path, name: str, content: bytes):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ProblemError) as caught:
        read_tables(tmp_path / name)
    assert slug_of(caught.value.problem) == "file"
    assert name in caught.value.problem.detail
    chinese = detail_in(caught.value.problem, "zh-CN")
    assert name in chinese
    assert chinese != caught.value.problem.detail


def test_the_command_imports_all_or_nothing(sqlite_line_: Line, tmp_path: Path):
    line = sqlite_line_
    sites, areas, persons = files(tmp_path)
    bad = write(tmp_path, AREAS + "NO,X,x,\n", "bad.csv")
    assert line.problem("import", sites, bad) == "rows"
    assert line.json("site", "list") == []
    found = line.json("import", sites, bad, code=1)["extra"]["faults"]
    assert [(one["path"], one["line"], one["column"]) for one in found] == [("bad.csv", 5, 1)]
    assert "bad.csv:5:1: “NO”" in line.run("import", sites, bad, lang="zh-CN").stderr.replace(
        "没有编码为", ""
    )
    dry = line.json("import", "--dry-run", sites, areas, persons)
    assert (dry["dry_run"], dry["counts"]["people"]["new"]) == (True, 2)
    assert line.json("site", "list") == []
    assert "nothing was written" in line("import", "--dry-run", sites)
    assert "2 new, 0 changed, 0 the same" in line("import", sites, areas, persons)
    assert "新增 0，更改 0，不变 2" in line("import", sites, areas, persons, lang="zh-CN")
    assert line.problem("import", tmp_path / "missing.csv") == "file"
    assert "kings" in line.wrong_usage("import", sites, "--kind", "kings")
    assert line.problem("import", sites, "--kind", "people") == "rows"


@pytest.fixture
def sqlite_line_(tmp_path: Path) -> Line:
    return Line(tmp_path / "data")


def test_kinds_are_imported_in_the_order_they_need(store: Store, tmp_path: Path):
    assert KINDS == ("sites", "areas", "people")
    sites, areas, persons = files(tmp_path)
    assert take(store, persons, areas, sites)["sites"] == counts(new=2)


def test_a_site_comes_in_with_its_fence(store: Store, tmp_path: Path):
    rows = "编码,名称,纬度,经度,围栏半径\nCH,翠湖花园,31.23,121.47,300\nTW,云顶大厦,,,\n"
    file = write(tmp_path, rows)
    assert take(store, file)["sites"] == counts(new=2)
    assert take(store, file)["sites"] == counts(same=2)
    with store.read() as session:
        sites = records.get(session, records.site_ids(session)).values()
    fences = {site.body["code"]: site.body.get("fence") for site in sites}
    fence = {"latitude": "31.23", "longitude": "121.47", "radius_m": "300"}
    assert fences == {"CH": fence, "TW": None}
    wider = write(tmp_path, rows.replace("300", "400"))
    assert take(store, wider)["sites"] == counts(changed=1, same=1)
