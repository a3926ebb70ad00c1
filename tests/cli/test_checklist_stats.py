"""``checklist stats``: a table of items, the suggestions below it."""

from pathlib import Path

import msgspec
from tests.cli.helping import Line
from tests.cli.tablets import Company
from tests.factories import checklist_text, make_op

from fieldops.flow.enter import enter_desk
from fieldops.flow.timing import rfc3339
from fieldops_sync.ids import uuid7


def test_items_are_told_with_their_failures_and_suggestions(sqlite_line: Line, tmp_path: Path):
    line, company = sqlite_line, Company(sqlite_line)
    file = tmp_path / "clean.toml"
    file.write_text(checklist_text("clean"), encoding="utf-8")
    line("checklist", "publish", file)
    definition = line.json("checklist", "list")[0]["sha256"]
    store, now_ms = company.open_store(), company.line_now()
    at = {"wall": rfc3339(now_ms), "mono": 0, "boot": "b"}

    def walk(value: str) -> None:
        inspection = str(uuid7())
        subject = {"kind": "inspection", "id": inspection}
        given = {"def": definition, "at": at}
        start = make_op(
            "inspection.start@1", company.site, company.inspector, subject=subject, **given
        )
        answer = {"inspection": inspection, "item": "floor", "value": value}
        ops = [
            start,
            make_op("result.record@1", company.site, company.inspector, payload=answer, **given),
            make_op(
                "inspection.submit@1",
                company.site,
                company.inspector,
                subject=subject,
                base=[start["id"]],
                payload={"results": 1},
                at=at,
            ),
            make_op(
                "suggestion.make@1",
                company.site,
                company.inspector,
                payload={"item": "floor", "text": "再加一点"},
                **given,
            ),
        ]
        raws = [msgspec.json.encode(op) for op in ops]
        done = store.write(lambda s: enter_desk(s, raws, company.inspector, now_ms)).result()
        assert {one.status for one in done.receipts} == {"applied"}

    walk("fail")
    walk("pass")
    store.close()
    found = line.json("checklist", "stats", "clean", "--site", "CH")
    assert (found["walks"], found["items"][0]["failed_percent"]) == (2, "50.0")
    said = line("checklist", "stats", "clean")
    for words in ("50.0 %", "2 (1)", "2 walk(s), 0 before", "floor (1.0, ", "再加一点"):
        assert words in said
    few = line("checklist", "stats", "clean", "--walks", "1", "--since", "2026-01-01", lang="zh-CN")
    assert "巡检 1 次" in few
    assert "只统计了其中一部分" in few
    assert line.problem("checklist", "stats", "nothing") == "unknown-name"
