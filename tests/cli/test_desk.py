"""``desk check`` and ``desk rebuild``: what is amiss is said, mended, and on record."""

from tests.cli.helping import Line

from fieldops.store import batch
from fieldops.store.engine import open_store


def test_rows_are_checked_and_made_anew(line: Line):
    line("site", "add", "CH", "翠湖花园")
    assert "0 missing, 0 too many, 0 wrong" in line("desk", "check")
    store = open_store(line.environment["FIELDOPS_DATABASE_URL"])
    store.write(lambda session: batch.run(session, "DELETE FROM desk_row")).result()
    store.close()
    found = line.json("desk", "check", code=1)
    assert (found["missing"], found["extra"], found["mended"]) == ({"site": 1}, {}, 0)
    done = line.run("desk", "rebuild", lang="zh-CN")
    assert "修复 1 行（缺少 1，多余 0，有误 0）" in done.stdout
    assert line.json("desk", "rebuild")["mended"] == 0
    assert line.json("desk", "check")["rows"] == {"site": 1}
    assert "desk.rebuild" in line("audit", "list")
