"""Pitfall 7: checklists are published while a tablet is out."""

import pytest
from tests.factories import (
    Server,
    Tablet,
    checklist_address,
    checklist_text,
    publish,
)
from tests.pitfalls.helping import record

from fieldops.flow import apply
from fieldops_sync.ids import uuid7

V1, V2, V3 = (checklist_text("lobby-walk", version) for version in ("1", "2", "3"))


def test_results_citing_old_new_and_unknown_versions_all_land(server: Server, tablet: Tablet):
    first = publish(server, V1)
    _, cursor = tablet.pull_all()
    publish(server, V2)
    second, third = checklist_address(V2), checklist_address(V3)
    walks = [uuid7() for _ in range(4)]
    cited = [first, second, third, "ee" * 32]
    ops = []
    for walk, sha256 in zip(walks, cited, strict=True):
        subject = {"kind": "inspection", "id": walk}
        ops.append(tablet.op("inspection.start@1", subject=subject, **{"def": sha256}))
        ops.append(tablet.op("result.record@1", inspection=walk, item="floor", **{"def": sha256}))
    statuses = [receipt["status"] for receipt in tablet.receipts_of(ops)]
    assert statuses == ["applied"] * 4 + ["held"] * 4
    publish(server, V3)
    assert [record(server, walk).body["checklist"] for walk in walks[:3]] == cited[:3]
    assert record(server, walks[3]) is None
    again = [receipt["stands"]["status"] for receipt in tablet.receipts_of(ops)]
    assert again == ["applied"] * 6 + ["held"] * 2
    changes, _ = tablet.pull_all(cursor)
    versions = {one["body"]["version"] for one in changes if one["kind"] == "checklist"}
    assert versions == {"2", "3"}


def test_without_holding_an_unknown_version_is_judged_blindly(
    server: Server, tablet: Tablet, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(apply, "needs", lambda _: frozenset())
    subject = {"kind": "inspection", "id": uuid7()}
    op = tablet.op("inspection.start@1", subject=subject, **{"def": "ee" * 32})
    assert tablet.receipts_of([op])[0]["status"] != "held"
