"""Pitfall 16: two devices write one subject on one base at the same instant."""

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.factories import Company, Server, Tablet, enrol_tablet, found_company, running
from tests.pitfalls.helping import at_once, record, rounds

from fieldops.store import batch
from fieldops_sync.ids import result_id, uuid7


def sender(tablet: Tablet, server: Server, ops: Any) -> Callable[[], list[str]]:
    body = msgspec.json.encode({"incarnation": tablet.incarnation, "ops": ops})
    headers = {"authorization": f"Bearer {tablet.token}"}

    def send() -> list[str]:
        answer = server.client.post("/sync/v1/push", content=body, headers=headers)
        assert answer.status_code == 200, answer.text
        return [receipt["status"] for receipt in answer.json()["receipts"]]

    return send


def collide(pair: list[Tablet], servers: list[Server], times: int) -> list[str]:
    """Let both tablets answer the same items in opposite order; what is wrong afterwards."""
    faults: list[str] = []
    for _ in range(times):
        walk = uuid7()
        items = [f"item-{number}" for number in range(3)]
        first = [pair[0].op("result.record@1", inspection=walk, item=one, note="") for one in items]
        pair[0].receipts_of(first)
        base = {op["payload"]["item"]: op["id"] for op in first}
        batches = [
            [
                tablet.op("result.record@1", inspection=walk, item=one, base=[base[one]], note=note)
                for one in order
            ]
            for tablet, note, order in ((pair[0], "a", items), (pair[1], "b", items[::-1]))
        ]
        jobs = [
            sender(tablet, servers[n % len(servers)], ops)
            for n, (tablet, ops) in enumerate(zip(pair, batches, strict=True))
        ]
        statuses = sorted(status for answer in at_once(jobs) for status in answer)
        if statuses != ["applied"] * 3 + ["conflict"] * 3:
            faults.append(f"statuses {statuses}")
        faults += [fault for one in items if (fault := wrong(servers[0], result_id(walk, one)))]
    return faults


def wrong(server: Server, subject: Any) -> str:
    """What is wrong with a subject that must have one head and one sibling."""
    state = record(server, subject)
    notes = {state.body["note"], *(value["value"] for value in state.conflict.get("note", []))}
    if len(state.heads) == 2 and notes == {"a", "b"}:
        return ""
    return f"{len(state.heads)} heads, notes {notes}"


@pytest.fixture
def pair(server: Server, company: Company) -> list[Tablet]:
    return [enrol_tablet(server, [who], company.site) for who in list(company.people.values())[:2]]


def test_one_head_and_one_sibling_each_time(
    server: Server, pair: list[Tablet], database_url: str, tmp_path: Path
):
    with ExitStack() as stack:
        servers = [server]
        if "postgres" in database_url:
            servers.append(stack.enter_context(running(database_url, tmp_path / "second")))
        assert collide(pair, servers, rounds(25, 1000)) == []


def test_without_the_lock_writes_are_lost(
    postgres_server: Server,
    postgres_database: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
):
    company = found_company(postgres_server)
    people = list(company.people.values())[:2]
    both = [enrol_tablet(postgres_server, [who], company.site) for who in people]
    monkeypatch.setattr(batch, "lock", lambda *_: None)
    with running(postgres_database, tmp_path / "second") as second:
        assert collide(both, [postgres_server, second], 15) != []
