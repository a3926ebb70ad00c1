"""``/metrics``: read by a real parser, for whoever has the token, and with no person in it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from tests.factories import Server, enrol_tablet, found_company, running

TOKEN = {"authorization": "Bearer t0ken"}
CANARY = "13800138000"


@pytest.fixture
def server(database_url: str, tmp_path: Path) -> Iterator[Server]:
    with running(database_url, tmp_path, metrics={"token": "t0ken"}) as made:
        yield made


def samples(server: Server) -> dict[tuple[str, ...], float]:
    """Every value by name and labels."""
    answer = server.client.get("/metrics", headers=TOKEN)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert CANARY not in answer.text
    return {
        (one.name, *one.labels.values()): one.value
        for family in text_string_to_metric_families(answer.text)
        for one in family.samples
    }


def test_what_is_answered_and_what_waits_is_counted(server: Server):
    company = found_company(server)
    tablet = enrol_tablet(server, [company.inspector])
    op = tablet.op(
        "feedback.record@1", nature="suggestion", text=f"灯坏了 {CANARY}", contact={"phone": CANARY}
    )
    bad = tablet.op("result.record@1", inspection=company.site, item="floor", value=CANARY)
    tablet.push([op, bad])
    server.client.get(f"/api/v1/records/{company.site}")
    server.client.get(f"/nothing/{CANARY}")
    found = samples(server)
    assert found["fieldops_requests_total", "POST", "/sync/v1/push", "200"] == 1
    assert found["fieldops_requests_total", "GET", "/api/v1/records/{record}", "401"] == 1
    assert sum(value for key, value in found.items() if key[0] == "fieldops_push_ops_total") == 2
    assert found["fieldops_log_position",] > 0
    assert found["fieldops_blob_store_up",] == 1
    assert found["fieldops_drill_seconds",] == 0
    assert found["fieldops_waiting", "audit_unchained"] > 0
    assert found["fieldops_waiting", "held"] + found["fieldops_waiting", "quarantine"] >= 0


def test_without_the_token_nothing_is_told(server: Server, tmp_path: Path):
    for headers in ({}, {"authorization": "Bearer x"}):
        answer = server.client.get("/metrics", headers=headers)
        assert answer.status_code == 404
        assert answer.json()["type"].endswith("not-found")


def test_a_server_without_a_token_tells_nobody(sqlite_database: str, tmp_path: Path):
    with running(sqlite_database, tmp_path) as server:
        for given in ("Bearer ", "Bearer t0ken"):
            answer = server.client.get("/metrics", headers={"authorization": given})
            assert answer.status_code == 404
