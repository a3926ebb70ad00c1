"""Ids that will be derived are nobody's to take: whoever foretells one keeps nothing from them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest
from tests.factories import Company, Tablet, enrol_tablet, found_company, running

from fieldops.flow.enter import enter_server, server_op
from fieldops_sync.ids import finding_id, policy_id, uuid7

WALK = uuid7()
RAISED = finding_id("round", "round.missed", WALK)
TITLES = {"zh-CN": "漏巡", "en": "Round missed"}


@pytest.fixture
def company(database_url: str, tmp_path: Path) -> Iterator[tuple[Company, Tablet]]:
    with running(database_url, tmp_path) as server:
        made = found_company(server)
        yield made, enrol_tablet(server, [made.inspector], made.site)


def reason(tablet: Tablet, op: dict[str, Any]) -> str | None:
    """Why an op is quarantined, or None if it is not."""
    (receipt,) = tablet.receipts_of([op])
    found: str | None = receipt.get("reason")
    return found


def at(kind: str, subject: UUID) -> dict[str, str]:
    return {"kind": kind, "id": str(subject)}


def test_what_draws_its_id_takes_no_derived_one(company: tuple[Company, Tablet]) -> None:
    made, tablet = company
    policy = policy_id(made.other_site, "complaints")
    taken = tablet.op("suggestion.make@1", subject=at("suggestion", policy), item="x")
    assert reason(tablet, taken) == "schema"
    stub = tablet.op("result.record@1", inspection=policy, item="x")
    assert reason(tablet, stub) == "schema"
    photo = tablet.op(
        "photo.attach@1", subject=at("photo", RAISED), inspection=WALK, sha256="0" * 64
    )
    assert reason(tablet, photo) == "schema"
    found = tablet.op("finding.report@1", subject=at("finding", RAISED), severity="minor", text="x")
    assert reason(tablet, found) == "schema"
    drawn = tablet.op("finding.report@1", severity="minor", text="x")
    assert reason(tablet, drawn) is None


def raising(site: UUID) -> bytes:
    payload = {
        "rule": "round.missed",
        "severity": "minor",
        "titles": TITLES,
        "plugin": "round",
        "plugin_version": "1",
    }
    return server_op("finding.raise@1", ("finding", RAISED), site, "round", payload)


def test_what_is_in_quarantine_keeps_no_op_of_the_server_away(
    company: tuple[Company, Tablet],
) -> None:
    """A tablet can reckon the id of an op that the server will write."""
    made, tablet = company
    raw = raising(made.site)
    foretold = msgspec.json.decode(raw)["id"]
    taken = tablet.op("suggestion.make@1", id=foretold, item="x")
    assert reason(tablet, taken) == "schema"
    unread = {"id": foretold, "seq": tablet.seq + 1}
    assert reason(tablet, unread) == "id-reused"
    server = tablet.server
    done = server.do(lambda session: enter_server(session, [raw], server.clock()))
    assert [one.status for one in done.receipts] == ["applied"]
    again = server.do(lambda session: enter_server(session, [raw], server.clock()))
    assert [one.status for one in again.receipts] == ["duplicate"]
