"""Pitfall 2: the same batch five times in parallel has one effect."""

from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.factories import Company, Server, Tablet, running
from tests.pitfalls.helping import at_once, counts, rounds

from fieldops.flow import accept
from fieldops_sync.ids import uuid7

COPIES = 5


def batch(tablet: Tablet, count: int = 20) -> list[dict[str, Any]]:
    walk = uuid7()
    start = tablet.op("inspection.start@1", subject={"kind": "inspection", "id": walk})
    items = [tablet.op("result.record@1", inspection=walk, item=f"i{n}") for n in range(count)]
    return [start, *items]


def push_in_parallel(tablet: Tablet, servers: list[Server], ops: Any) -> list[list[dict[str, Any]]]:
    """Each copy by another server, as far as there are so many; the receipts of each."""
    body = msgspec.json.encode({"incarnation": tablet.incarnation, "ops": ops})
    headers = {"authorization": f"Bearer {tablet.token}"}

    def push(server: Server) -> list[dict[str, Any]]:
        answer = server.client.post("/sync/v1/push", content=body, headers=headers)
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()["receipts"]
        return found

    copies = [lambda n=n: push(servers[n % len(servers)]) for n in range(COPIES)]
    return at_once(copies)


def test_five_copies_at_once_have_one_effect(
    server: Server, company: Company, tablet: Tablet, database_url: str, tmp_path: Path
):
    with ExitStack() as stack:
        servers = [server]
        if "postgres" in database_url:
            servers.append(stack.enter_context(running(database_url, tmp_path / "second")))
        for _ in range(rounds(4, 100)):
            before, ops = counts(server), batch(tablet)
            answers = push_in_parallel(tablet, servers, ops)
            for receipts in zip(*answers, strict=True):
                statuses = Counter(receipt["status"] for receipt in receipts)
                assert statuses == {"applied": 1, "duplicate": COPIES - 1}
                stands = [one["stands"] for one in receipts if one["status"] == "duplicate"]
                assert {stand["status"] for stand in stands} == {"applied"}
            after = counts(server)
            grown = {table: after[table] - before[table] for table in after}
            assert grown["ledger"] == grown["record"] == grown["log"] == len(ops)
            assert grown["audit"] == 1


def test_an_applied_batch_again_is_all_duplicates(server: Server, tablet: Tablet):
    ops = batch(tablet)
    tablet.receipts_of(ops)
    before = counts(server)
    again = tablet.receipts_of(ops)
    assert {receipt["status"] for receipt in again} == {"duplicate"}
    assert counts(server) == before


def test_without_dedupe_the_copies_show(
    server: Server, tablet: Tablet, monkeypatch: pytest.MonkeyPatch
):
    ops = batch(tablet)
    tablet.receipts_of(ops)
    monkeypatch.setattr(accept, "known", lambda *_: accept.Known({}, {}, {}))
    again = tablet.push(ops)
    statuses = {one["status"] for one in again.json().get("receipts", [])}
    assert statuses != {"duplicate"}
