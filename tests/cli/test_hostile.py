"""Twelve hostile plugins beside a good one, in a real server with its worker: nobody is stopped."""

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from tests.cli.helping import Line, Served, free_port, serving, wait_for
from tests.cli.tablets import PIN, Company
from tests.flow.following import CHECKLIST
from tests.plugin.hostile import GOOD, HOSTILE, Hostile, install, writes
from tests.plugin.packages import Packages

from fieldops.flow import setup
from fieldops.model.checklist import Checklist
from fieldops.rules.checklists import address, parse
from fieldops_sync import Client, Outbox
from fieldops_sync.ids import result_id, uuid7
from fieldops_sync.wire import Subject

AT_ONCE = {
    "FIELDOPS_WORKER__POLL_MS": "50",
    "FIELDOPS_WORKER__HOOK_BUDGET_S": "2",
    "FIELDOPS_WORKER__HOOK_BUDGETS_S": '{"check_photo": 5}',
}


class Scene:
    """A company whose tablet goes on walking while plugins misbehave."""

    def __init__(self, line: Line, folder: Path) -> None:
        self.company = Company(line)
        parsed = parse(CHECKLIST, "daily.toml")
        assert isinstance(parsed, Checklist)
        self.definition = address(parsed)
        self.store = self.company.open_store()
        now_ms = self.company.line_now()
        self.store.write(lambda s: setup.publish(s, parsed, setup.SYSTEM, now_ms)).result()
        self.code = line.json("device", "enrol", "T1", "--person", "li")["code"]
        self.outbox = Outbox(folder)
        self.walks = 0

    @contextlib.contextmanager
    def tablet(self, url: str) -> Iterator[Client]:
        with Client(self.outbox, url) as client:
            client.enrol(self.code)
            self.outbox.sign_in(self.company.inspector, PIN)
            yield client
        self.outbox.close()
        self.store.close()

    def walk(self, client: Client) -> None:
        """Another walk, synced at once; everything must be acknowledged."""
        inspection = uuid7()
        for item, outcome in (("floor", "fail"), ("glass", "pass")):
            said = {"inspection": str(inspection), "item": item, "value": outcome}
            subject = Subject("result", result_id(inspection, item))
            site = self.company.site
            self.outbox.record("result.record@1", subject, site, said, definition=self.definition)
        assert client.sync().statuses == {"applied": 2}
        self.walks += 1

    def count(self, query: str) -> int:
        with self.store.read() as session:
            found: int = session.execute(text(query)).scalar_one()
            return found


@pytest.mark.parametrize(
    "database_url", ["sqlite", pytest.param("postgres", marks=pytest.mark.soak)], indirect=True
)
@pytest.mark.unmeasured
def test_no_hostile_plugin_stops_anybody(
    line: Line, database_url: str, tmp_path: Path, packages: Packages
):
    port = free_port()
    twelve = [*HOSTILE, writes(database_url, line.data_dir, port)]
    assert len(twelve) == 12
    names = [install(packages, one) for one in twelve]
    packages.install("good", GOOD)
    plugins = str([*names, "good"]).replace("'", '"')
    line.environment |= {**AT_ONCE, "FIELDOPS_PLUGINS": plugins}
    scene = Scene(line, tmp_path / "pad")
    with serving(line, "--port", str(port)) as served, scene.tablet(served.url) as client:
        wait_for(lambda: bool(served.pids("worker")), "the worker runs")
        family = served.pids("web") | served.pids("worker")
        while not settled(rows := standing(line), twelve):
            scene.walk(client)
            assert httpx.get(f"{served.url}/healthz", trust_env=False).status_code == 200
            assert scene.walks < 100, rows
            time.sleep(2)
        scene.walk(client)
        wait_for(lambda: is_all_seen(standing(line)), "the good ones have seen everything")
        assert served.pids("web") | served.pids("worker") == family, "nobody was restarted"
        for one in twelve:
            stands_as_it_must(rows[one.name], one)
        assert ready(served) == {f"plugin {name}" for name in names}
        assert scene.count("SELECT count(*) FROM meta WHERE key = 'evil'") == 0
        assert scene.count("SELECT count(*) FROM record WHERE kind = 'finding'") == 2 * scene.walks
        assert scene.count("SELECT count(*) FROM quarantine") == 0


def standing(line: Line) -> dict[str, Any]:
    return {row["name"]: row for row in line.json("plugin", "list")}


def settled(rows: dict[str, Any], twelve: list[Hostile]) -> bool:
    """Whether every hostile plugin is parked or off, and the good one has begun."""
    wanted = {one.name: "parked" if one.loads else "off" for one in twelve}
    found = {name: row["state"] for name, row in rows.items() if name in wanted}
    return found == wanted and rows["good"]["cursor"] > 0


def is_all_seen(rows: dict[str, Any]) -> bool:
    """Whether both that raise findings are done: each reads at its own pace."""
    return {rows[name]["lag"] for name in ("good", "builtin")} == {0}


def stands_as_it_must(row: dict[str, Any], one: Hostile) -> None:
    codes = {fault["code"] for fault in row["faults"]}
    assert codes == {one.fault}, row
    assert all(fault.get("detail", "").startswith(one.detail) for fault in row["faults"]), row
    assert row["attempts"] == (3 if one.loads else 0)
    assert len(row["faults"]) == (3 if one.loads else 1)


def ready(served: Served) -> set[str]:
    """Who is said not to work, by a server that is ready all the same."""
    answer = httpx.get(f"{served.url}/readyz", trust_env=False)
    assert answer.status_code == 200
    assert answer.json()["state"] == "degraded"
    return {part["name"] for part in answer.json()["parts"] if part["state"] == "degraded"}
