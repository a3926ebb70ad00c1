"""``round``, ``qualification``, ``calendar``: planned, listed, imported with every fault named."""

from pathlib import Path

import openpyxl
import pytest
from tests.cli.helping import Line
from tests.factories import checklist_text

from fieldops.flow import importfaults
from fieldops.flow.handin import Due
from fieldops.flow.react import take
from fieldops.store.engine import open_store

PEOPLE = "login,name,team,post,role,sites\nli,李雷,day,guard,inspector,CH\nhan,韩梅梅,,,,\n"


@pytest.fixture
def company(line: Line, tmp_path: Path) -> Line:
    return founded(line, tmp_path)


@pytest.fixture
def quick(sqlite_line: Line, tmp_path: Path) -> Line:
    """For what does not depend on the database."""
    return founded(sqlite_line, tmp_path)


def founded(line: Line, folder: Path) -> Line:
    """A site, two people, a published checklist."""
    line("site", "add", "CH", "翠湖花园", "--timezone", "Asia/Shanghai")
    line("import", write(folder, PEOPLE, "people.csv"))
    line("checklist", "publish", write(folder, checklist_text("lobby"), "lobby.toml"), "--yes")
    return line


def write(folder: Path, text: str, name: str = "rows.csv") -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def act(line: Line) -> None:
    """The worker lets time act."""
    url = line.environment.get("FIELDOPS_DATABASE_URL") or f"sqlite:///{line.data_dir}/fieldops.db"
    store = open_store(url)
    store.write(lambda session: take(session, Due(), 4_000_000_000_000)).result()
    store.close()


def test_rounds_are_planned_listed_assigned_and_ended(company: Line) -> None:
    line = company
    given = ("--every", "day", "--at", "09:00", "--from", "2096-10-01", "--person", "li")
    made = line.json("round", "plan", "CH", "lobby", *given, "--title", "大堂")["id"]
    (found,) = line.json("round", "plans")
    assert (found["id"], found["state"], found["who"]) == (made, "active", "li")
    assert "day 09:00" in line("round", "plans", "--site", "CH")
    act(line)  # October of 2096
    rounds = line.json("round", "list")
    assert [one["due"][:16] for one in rounds][:2] == ["2096-10-03T01:00", "2096-10-04T01:00"]
    days = ("--from", "2096-10-04", "--until", "2096-10-05")
    assert len(line.json("round", "list", "--state", "planned", *days)) == 2
    first = rounds[0]["id"]
    line("round", "assign", first, "--team", "day", "--post", "guard", "--note", "ill")
    assert line.json("round", "list")[0]["who"] == "day guard"
    line("round", "end", made)
    act(line)
    assert {one["state"] for one in line.json("round", "list")} == {"withdrawn"}
    assert line.problem("round", "assign", first, "--team", "day") == "validation"
    assert line.problem("round", "end", first) == "unknown-name"


def test_a_plan_that_cannot_be_meant_is_told(quick: Line) -> None:
    given = ("--every", "day", "--at", "09:00")
    plan = ("round", "plan", "CH", "lobby")
    assert quick.problem(*plan, *given, "--nth", "1") == "validation"
    assert "like 09:00" in quick.wrong_usage(*plan, "--every", "day", "--at", "9am")
    assert quick.problem(*plan, *given, "--until", "2026-02-30") == "validation"
    assert quick.problem(*plan, *given, "--area", "B9") == "unknown-name"
    assert quick.problem(*plan, *given, "--person", "nobody") == "unknown-name"
    assert quick.problem("round", "plan", "CH", "attic", *given) == "unknown-name"
    monthly = ("--every", "month", "--at", "09:00", "--nth", "-1", "--weekday", "fri")
    assert quick.json(*plan, *monthly, "--within", "30", "--late", "90")["id"]
    (found,) = quick.json("round", "plans")
    assert found["recurrence"]["weekdays"] == [5]
    assert (found["late_minutes"], "early_minutes" in found) == (90, False)


CARDS = (
    "登录名,检查领域,证书编号,有效期自,有效期至\n"
    "li,保洁环境,C-1,2026-01-01,2026/12/31\n"
    "li,security,,2026-01-01,\n"
)


def test_qualifications_come_in_whole_and_the_same_again_changes_nothing(
    company: Line, tmp_path: Path
) -> None:
    file = write(tmp_path, CARDS)
    tried = company.json("qualification", "import", file, "--dry-run")
    assert tried == {"dry_run": True, "counts": {"new": 2, "changed": 0, "same": 0}}
    assert company.json("qualification", "list") == []
    assert company.json("qualification", "import", file)["counts"]["new"] == 2
    again = company.json("qualification", "import", file)["counts"]
    assert again == {"new": 0, "changed": 0, "same": 2}
    longer = write(tmp_path, CARDS.replace("2026/12/31", "2027.6.30"))
    assert company.json("qualification", "import", longer)["counts"]["changed"] == 1
    found, _ = company.json("qualification", "list", "--person", "li")
    assert (found["domain"], found["certificate"]) == ("cleaning", "C-1")
    assert (found["valid_from"], found["valid_until"]) == ("2026-01-01", "2027-06-30")
    company("qualification", "withdraw", found["id"], "forged")
    (found,) = company.json("qualification", "list", "--domain", "cleaning")
    assert found["withdrawn"] == "forged"
    wrong = company.json("round", "plans")
    assert wrong == []
    assert company.problem("qualification", "withdraw", "0" * 32, "x") == "unknown-name"


def test_holidays_come_in_from_a_workbook(company: Line, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (
        ("日期", "类型", "项目", "名称"),
        ("2026-10-01", "节假日", None, "国庆"),
        ("2026/10/2", None, None, "国庆"),
        ("2026.10.10", "调休上班", None, ""),
        ("2026-10-08", "节假日", "CH", "停业"),
    ):
        sheet.append(row)
    file = tmp_path / "holidays.xlsx"
    book.save(file)
    assert company.json("calendar", "import", file, "--dry-run")["counts"]["added"] == 4
    assert company.json("calendar", "show")["holidays"] == []
    assert company.json("calendar", "import", file)["counts"] == {
        "added": 4,
        "removed": 0,
        "calendars": 2,
    }
    assert company.json("calendar", "import", file)["counts"]["added"] == 0
    shown = company.json("calendar", "show")
    assert shown["holidays"] == ["2026-10-01", "2026-10-02"]
    assert shown["workdays"] == ["2026-10-10"]
    assert shown["hours"]["mon"] == ["00:00-24:00"]
    assert company.json("calendar", "show", "--site", "CH")["holidays"] == ["2026-10-08"]
    assert "made up: 2026-10-10" in company("calendar", "show")
    moved = write(tmp_path, "day,type\n2026-10-02,workday\n2026-10-03,\n")
    counts = company.json("calendar", "import", moved, "--replace")["counts"]
    assert (counts["added"], counts["removed"]) == (2, 3)
    assert company.json("calendar", "show")["holidays"] == ["2026-10-03"]
    other = write(tmp_path, "day\n2026-12-25\n")
    assert company.json("calendar", "import", other, "--site", "CH")["counts"]["added"] == 1


FAULTY = [
    (
        "qualification",
        "login,domain,valid_from,valid_until\n"
        "who,cleaning,2026-01-01,\n"
        "li,cooking,2026-01-01,\n"
        "li,cleaning,2026-01-01,2025-01-01\n"
        "li,cleaning,2026-02-30,\n"
        "li,cleaning,,\n"
        "li,cleaning,2026-03-01,\n"
        "li,保洁环境,2026/3/1,\n",
        [
            ("unknown-login", 2, 1),
            ("unknown-domain", 3, 2),
            ("ends-first", 4, 4),
            ("bad-form", 5, 3),
            ("missing", 6, 3),
            ("duplicate", 8, 1),
        ],
    ),
    ("qualification", "login,valid_from\nli,2026-01-01\n", [("missing-column", 1, 1)]),
    (
        "calendar",
        "day,type,site\n2026-10-32,,\n2026-10-01,party,\n2026-10-01,,NO\n2026-10-02,,\n"
        "2026-10-02,workday,\n1999-10-01,,\n",
        [
            ("bad-form", 2, 1),
            ("bad-form", 3, 2),
            ("unknown-site", 4, 3),
            ("both-kinds", 6, 1),
            ("bad-form", 7, 1),
        ],
    ),
]


@pytest.mark.parametrize(("group", "text", "expected"), FAULTY)
def test_every_bad_row_is_named_and_nothing_is_written(
    quick: Line, tmp_path: Path, group: str, text: str, expected: list[tuple[str, int, int]]
) -> None:
    file = write(tmp_path, text)
    found = quick.json(group, "import", file, code=1)
    assert [
        (one["code"], one["line"], one["column"]) for one in found["extra"]["faults"]
    ] == expected
    assert quick.problem(group, "import", file, "--dry-run") == "rows"
    assert quick.json("qualification", "list") == []
    assert quick.json("calendar", "show")["holidays"] == []
    assert {code for code, _, _ in expected} <= set(importfaults.FAULTS)


def test_working_hours_are_set_by_weekday(quick: Line) -> None:
    week, day = ("mon", "tue", "wed", "thu", "fri"), ("--at", "09:00-12:00", "--at", "13:00-18:00")
    quick("calendar", "hours", *week, *day, "--why", "agreed")
    quick("calendar", "hours", "sat", "sun")
    shown = quick.json("calendar", "show")["hours"]
    assert (shown["mon"], shown["sat"]) == (["09:00-12:00", "13:00-18:00"], [])
    assert quick.json("calendar", "hours", "--always")["hours"] is None
    assert quick.json("calendar", "show")["hours"]["sat"] == ["00:00-24:00"]
    for wrong in ((), ("--always", "mon"), ("mon", "--at", "13:00-12:00")):
        assert quick.problem("calendar", "hours", *wrong) == "validation"
    assert "09:00-18:00" in quick.wrong_usage("calendar", "hours", "mon", "--at", "25:00-26:00")
    assert quick.problem("round", "list", "--from", "tomorrow") == "validation"
