"""Pitfall 6: a full quota or one large op stops a tablet for good."""

from pathlib import Path
from uuid import UUID

import pytest
from tests.factories import Company, Server, Tablet
from tests.pitfalls.helping import RealTablet, record

from fieldops.flow import accept
from fieldops_sync.ids import uuid7
from fieldops_sync.wire import Limits, Subject


def feedback(tablet: Tablet, text: str = "") -> dict[str, object]:
    return tablet.op("feedback.record@1", text=text)


def test_a_retry_at_full_quota_is_answered(server: Server, tablet: Tablet):
    server.core.limits = Limits(device_ops_per_day=3)
    ops = [feedback(tablet) for _ in range(3)]
    tablet.receipts_of(ops)
    assert {one["status"] for one in tablet.receipts_of(ops)} == {"duplicate"}
    more = tablet.push([feedback(tablet)])
    assert more.status_code == 429
    assert int(more.headers["retry-after"]) > 0


def test_without_dedupe_first_the_retry_is_charged(
    server: Server, tablet: Tablet, monkeypatch: pytest.MonkeyPatch
):
    server.core.limits = Limits(device_ops_per_day=3)
    ops = [feedback(tablet) for _ in range(3)]
    tablet.receipts_of(ops)
    monkeypatch.setattr(accept, "known", lambda *_: accept.Known({}, {}, {}))
    assert tablet.push(ops).status_code in (409, 429)


def test_an_op_over_the_limit_is_named(server: Server, tablet: Tablet):
    large = feedback(tablet, "x" * 300_000)
    answer = tablet.push([feedback(tablet), large])
    assert answer.status_code == 413
    assert answer.json()["extra"] == {
        "limit": "op_bytes",
        "maximum": 262_144,
        "op": large["id"],
        "index": 1,
    }


def talk_about(tablet: RealTablet, text: str) -> UUID:
    talk = uuid7()
    subject = Subject("feedback", talk)
    payload = {"text": text}
    tablet.outbox.record("feedback.record@1", subject, tablet.site, payload, actor=tablet.actor)
    return talk


def test_the_client_splits_and_goes_on(server: Server, company: Company, tmp_path: Path):
    tablet = RealTablet(server, [company.inspector], company.site, tmp_path / "tablet")
    talks = [talk_about(tablet, f"{number}") for number in range(10)]
    # The server was set to less after the tablet had asked for its limits.
    server.core.limits = Limits(batch_ops=3, op_bytes=2000)
    large = talk_about(tablet, "x" * 5000)
    tablet.client.push()
    assert {op.state for op in tablet.outbox.ops()} == {"kept"}
    assert all(record(server, talk) is not None for talk in talks)
    quarantined = [op for op in tablet.outbox.ops() if op.receipt and op.receipt.reason]
    assert [op.subject for op in quarantined] == [large]
    assert quarantined[0].receipt is not None
    assert quarantined[0].receipt.reason == "oversize"
