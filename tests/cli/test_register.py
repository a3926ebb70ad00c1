"""``register``: what plugins declare is filled from files, listed, and printed as QR plates."""

from pathlib import Path

import pytest
from tests.cli.helping import Line

from fieldops.model.plugin import API, PluginCard
from fieldops.model.register import Column, RegisterSpec
from fieldops.store import plugins
from fieldops.store.engine import open_store

ASSETS = RegisterSpec(
    name="assets",
    titles={"zh-CN": "设备台账", "en": "Assets"},
    coded=True,
    columns=(
        Column(
            name="kind",
            titles={"zh-CN": "类别", "en": "Kind"},
            type="choice",
            choices=("lift", "pump"),
            required=True,
        ),
        Column(name="power", titles={"zh-CN": "功率", "en": "Power"}, type="decimal"),
        Column(name="floor", titles={"zh-CN": "楼层", "en": "Floor"}, type="integer"),
        Column(name="made", titles={"zh-CN": "出厂日期", "en": "Made on"}, type="date"),
        Column(name="opens", titles={"zh-CN": "开启", "en": "Opens"}, type="time"),
        Column(name="owner", titles={"zh-CN": "责任人", "en": "Owner"}, level=2),
    ),
)
GOOD = """项目,编号,类别,功率,Floor,Made on,Opens,责任人
CH,PUMP-01,pump,7.50,-1,2024/3/5,8:05,李雷
CH,LIFT-1 <&>,lift,,,,,
"""


@pytest.fixture
def filled(line: Line) -> Line:
    return with_register(line)


@pytest.fixture
def quick(sqlite_line: Line) -> Line:
    """For what does not depend on the database."""
    return with_register(sqlite_line)


def with_register(line: Line) -> Line:
    """A company with one site, and a plugin that declares a register."""
    line.without_plugins()("site", "add", "CH", "翠湖花园")
    card = PluginCard(name="facilities", version="1", api=API, registers=(ASSETS,))
    url = line.environment.get("FIELDOPS_DATABASE_URL") or f"sqlite:///{line.data_dir}/fieldops.db"
    store = open_store(url)
    store.write(lambda session: plugins.put_card(session, card)).result()
    store.close()
    return line


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "assets.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_register_is_filled_once_listed_and_retired(filled: Line, tmp_path: Path):
    file = write(tmp_path, GOOD)
    counts = {"new": 2, "changed": 0, "same": 0, "retired": 0}
    dry = filled.json("register", "import", "assets", file, "--dry-run")
    assert dry == {"dry_run": True, "counts": counts}
    assert filled.json("register", "list", "assets") == []
    assert filled.json("register", "import", "assets", file)["counts"] == counts
    assert "2 the same" in filled("register", "import", "assets", file)
    lift, pump = filled.json("register", "list", "assets")
    assert lift == {"site": "CH", "key": "LIFT-1 <&>", "kind": "lift", "retired": ""}
    assert pump == {
        "site": "CH", "key": "PUMP-01", "kind": "pump", "power": "7.5", "floor": "-1",
        "made": "2024-03-05", "opens": "08:05", "owner": "李雷", "retired": "",
    }  # fmt: skip
    only = write(tmp_path, "key,kind,retired\nLIFT-1 <&>,pump,no\n")
    done = filled.json("register", "import", "assets", only, "--site", "CH", "--retire-missing")
    assert done["counts"] == {"new": 0, "changed": 1, "same": 0, "retired": 1}
    assert [one["retired"] for one in filled.json("register", "list", "assets")] == ["", "yes"]
    again = filled.json("register", "import", "assets", only, "--site", "CH", "--retire-missing")
    assert again["counts"] == {"new": 0, "changed": 0, "same": 1, "retired": 0}
    assert "register.set" in filled("audit", "list")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("site,key,kind\nCH,A,boat\n", "2:3: “boat” cannot be a Kind. Write it like lift / pump."),
        ("site,key,kind\nTW,A,lift\n", "2:1: There is no site with the code “TW”."),
        ("site,key,kind\nCH,,lift\n", "2:2: “Key” is empty."),
        ("site,key,kind\nCH,A,lift\nCH,A,pump\n", "3:2: “A” stands in line 2 already."),
        ("site,key,kind,floor\nCH,A,lift,1.5\n", "2:4: “1.5” cannot be a Floor."),
        ("site,key,kind,made\nCH,A,lift,tomorrow\n", "2:4: “tomorrow” cannot be a Made on."),
        ("site,key,kind,opens\nCH,A,lift,25:00\n", "2:4: “25:00” cannot be a Opens."),
        ("site,key,kind,retired\nCH,A,lift,maybe\n", "2:4: “maybe” cannot be a Retired."),
        ("site,key\nCH,A\n", "1:1: The column “Kind” is missing."),
        ("site,key,kind,colour\nCH,A,lift,red\n", "1:4: The column “colour” is not known."),
        ("site,key,kind,类别\nCH,A,lift,lift\n", "1:4: The column “类别” stands here twice."),
        (f"site,key,kind\nCH,{'A' * 101},lift\n", "Write at most 100 characters."),
    ],
)
def test_every_fault_of_a_file_is_named_and_nothing_is_written(
    quick: Line, tmp_path: Path, text: str, said: str
):
    file = write(tmp_path, text)
    assert quick.problem("register", "import", "assets", file) == "rows"
    assert said in quick.run("register", "import", "assets", file).stderr
    assert quick.json("register", "list", "assets") == []


def test_plates_with_qr_codes_are_printed_for_what_is_in_force(quick: Line, tmp_path: Path):
    quick("register", "import", "assets", write(tmp_path, GOOD))
    out = tmp_path / "plates.html"
    assert quick.json("register", "labels", "assets", out)["labels"] == 2
    page = out.read_text(encoding="utf-8")
    assert page.count("<svg") == 2
    assert "LIFT-1 &lt;&amp;&gt;" in page
    assert "李雷" not in page, "a plate hangs where everybody passes"
    gone = write(tmp_path, "key,kind,retired\nPUMP-01,pump,yes\n")
    quick("register", "import", "assets", gone, "--site", "CH")
    assert quick.json("register", "labels", "assets", out, "--site", "CH")["labels"] == 1


def test_the_registers_are_named(quick: Line):
    (found,) = quick.json("register", "kinds")
    assert (found["name"], found["plugin"], found["coded"]) == ("assets", "facilities", "yes")
    assert found["columns"] == 9
    columns = {one["name"]: one for one in quick.json("register", "show", "assets")}
    assert (columns["kind"]["type"], columns["kind"]["required"]) == ("lift / pump", "yes")
    assert (columns["owner"]["type"], columns["owner"]["level"]) == ("text", 2)
    assert "责任人" in quick("register", "show", "assets", lang="zh-CN")
    assert quick.problem("register", "list", "boats") == "unknown-name"


def test_a_template_is_filled_in_and_imported(quick: Line, tmp_path: Path):
    out = tmp_path / "assets.csv"
    quick("register", "template", "assets", out, lang="zh-CN")
    out.write_text(out.read_text(encoding="utf-8-sig") + "CH,LIFT-01,lift\n", encoding="utf-8-sig")
    assert quick.json("register", "import", "assets", out)["counts"]["new"] == 1
