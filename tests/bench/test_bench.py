"""Every benchmark runs through at a tiny size, on real servers, and says what it promises."""

import json
import time
from pathlib import Path

import psutil
import pytest
from bench import __main__ as command
from bench import meter, rows, tablet
from bench.databases import fresh
from bench.plan import FULL, QUICK, TINY
from bench.rows import Aim, Row, Sample
from tests import servers

MEMBERS = {"name", "unit", "value", "floor", "ratio", "rss_mb", "runs"}
_LONGER = pytest.mark.soak
TRIED = [
    "floor-sqlite",
    "push-sqlite-2000-zstd",
    pytest.param("push-postgres-500-gzip", marks=_LONGER),
    pytest.param("bytes-per-op-sqlite", marks=_LONGER),
    "tablets-200-postgres",
    pytest.param("pull-growth-sqlite", marks=_LONGER),
    pytest.param("bootstrap-postgres", marks=_LONGER),
    pytest.param("desk-sqlite", marks=_LONGER),
    pytest.param("desk-postgres", marks=_LONGER),
    "lookalikes-sqlite",
    pytest.param("export-sqlite", marks=_LONGER),
    pytest.param("export-postgres", marks=_LONGER),
    pytest.param("export-sqlite-10m", marks=_LONGER),
    pytest.param("export-postgres-10m", marks=_LONGER),
    "lookalikes-postgres",
    pytest.param("transfer-tus", marks=_LONGER),
    "thumbnails",
    "plugin-replay",
    pytest.param("report-photos-100", marks=_LONGER),
    pytest.param("console-queue", marks=_LONGER),
]


@pytest.mark.parametrize("name", TRIED)
def test_a_benchmark_measures_real_work(name, monkeypatch):
    monkeypatch.delenv("FIELDOPS_TEST_POSTGRES", raising=False)
    found: list[Row] = []
    command.run(command.chosen([name]), TINY, found)
    assert found[0].name.startswith(name)
    for row in found:
        assert row.value > 0, row
        assert row.floor > 0, row
        # A ratio has three decimals, of which a tiny one keeps few.
        assert row.ratio == pytest.approx(row.value / row.floor, rel=0.05, abs=0.0005)
        assert row.rss_mb > 50 or row.name in ("floor-sqlite", "transfer-raw")
        assert row.runs == TINY.runs


def test_the_names_are_those_that_the_issue_gives():
    every = set(command.benches())
    assert {
        "push-sqlite-500",
        "push-postgres-500",
        "push-sqlite-2000-gzip",
        "push-postgres-50-zstd",
        "bytes-per-op-sqlite",
        "pull-growth-sqlite",
        "bootstrap-postgres",
        "tablets-200-sqlite",
        "transfer-tus",
    } <= every


def test_a_quick_run_leaves_out_packed_pushes_of_other_sizes():
    quick = set(command.chosen([], quick=True))
    assert set(command.chosen([])) - quick == {
        f"push-{engine}-{size}-{coding}"
        for engine in ("sqlite", "postgres")
        for size in (50, 2000)
        for coding in ("gzip", "zstd")
    }
    assert QUICK.runs >= 3


def test_what_takes_ten_minutes_runs_only_when_it_is_named():
    large = {"export-sqlite-10m", "export-postgres-10m"}
    assert set(command.benches()) - set(command.chosen([])) == large
    assert set(command.chosen(["export-*-10m"])) == large


def test_pushes_and_rounds_of_exports_give_way_when_time_runs_short():
    short = FULL.within(60, 10)
    assert short.push_wall_s == 0.5
    assert short.exports_s == 6
    assert short.runs == FULL.runs
    assert FULL.within(1e6, 1) == FULL


def test_a_row_is_the_median_of_its_runs():
    aim = Aim("rows", "a floor", "at least", 0.4)
    samples = [Sample(10, 30, 100), Sample(20, 40, 120), Sample(90, 50, 110)]
    row = rows.row("push", aim, samples)
    assert (row.value, row.floor, row.ratio, row.rss_mb, row.runs) == (20, 40, 0.5, 120, 3)
    assert row.is_met
    assert not rows.row("push", aim, [Sample(10, 30, 100)]).is_met
    assert rows.row("pull", Aim("ms", "short", "at most", 1.5), [Sample(3, 2, 1)]).is_met


def test_rows_are_written_as_json_and_shown_as_a_table(tmp_path):
    row = rows.row("push-x", Aim("rows", "a raw insert", "at least", 0.4), [Sample(1, 4, 9)])
    rows.write([row], tmp_path / "results.json")
    (read,) = json.loads((tmp_path / "results.json").read_text())
    assert read.keys() >= MEMBERS
    shown = rows.table([row])
    assert "push-x" in shown
    assert "!≥ 0.4" in shown


def test_an_op_that_is_not_applied_ends_the_benchmark():
    answer = {
        "receipts": [{"id": "6f1f2b0e-6f0e-5a43-9d5c-0d1f7ad0a0ff", "status": "retry",
                      "custody": False}],
        "epoch": "6f1f2b0e-6f0e-5a43-9d5c-0d1f7ad0a0ff", "acked_through": 0, "missing": [],
        "seen": None, "server_time": "", "durable_through": 0,
    }  # fmt: skip
    with pytest.raises(tablet.NotAsWanted, match="0 of 1"):
        tablet.applied(json.dumps(answer).encode(), 1)


def test_the_meter_counts_the_cpu_of_this_process():
    read = meter.tree_cpu(psutil.Process().pid)
    before, end = read(), time.process_time() + 0.1
    while time.process_time() < end:
        pass
    assert read() - before >= 0.05


def test_the_cpu_of_a_postgres_elsewhere_is_not_made_up(monkeypatch, tmp_path: Path):
    monkeypatch.setattr(servers, "postgres", lambda: {"url": "postgresql://x", "bin": ""})
    with pytest.raises(RuntimeError, match="cannot be measured"), fresh("postgres", tmp_path):
        pass


def test_an_unknown_name_is_said_so(capsys):
    with pytest.raises(SystemExit):
        command.main(["nothing-like-this"])
    assert "no benchmark is called nothing-like-this" in capsys.readouterr().err


def test_the_list_names_every_benchmark(capsys):
    assert command.main(["--list"]) == 0
    assert capsys.readouterr().out.split() == list(command.benches())
