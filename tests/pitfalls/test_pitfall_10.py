"""Pitfall 10: a site is taken away in the middle of a walk."""

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import Session
from tests.factories import Company, Server, Tablet, enrol_tablet
from tests.pitfalls.helping import RealTablet, record

from fieldops.flow import admit, setup
from fieldops.store import people
from fieldops_sync.ids import uuid7
from fieldops_sync.outbox import SiteSealed
from fieldops_sync.wire import Subject


def take_sites(server: Server, user: UUID) -> None:
    def job(session: Session) -> None:
        for grant, _ in people.grants(session, user):
            setup.revoke_grant(session, grant, setup.SYSTEM, server.clock())

    server.do(job)


def start(tablet: RealTablet, walk: UUID) -> None:
    tablet.outbox.record(
        "inspection.start@1", Subject("inspection", walk), tablet.site, {}, actor=tablet.actor
    )


def test_the_walk_lands_marked_and_the_site_is_purged(
    server: Server, company: Company, tmp_path: Path
):
    tablet = RealTablet(server, [company.inspector], company.site, tmp_path / "tablet")
    walk = uuid7()
    start(tablet, walk)
    tablet.client.sync()
    results = [tablet.answer(walk, f"item-{number}", outcome="pass") for number in range(3)]
    take_sites(server, company.inspector)
    tablet.client.sync()
    kept = {op.id: op.receipt for op in tablet.outbox.ops("kept")}
    assert all(kept[one] is not None for one in results)
    marks = [receipt.marks for one in results if (receipt := kept[one])]
    assert ["late-scope" in mark for mark in marks] == [True] * 3
    assert tablet.outbox.records("inspection", company.site) == []
    with pytest.raises(SiteSealed):
        tablet.answer(walk, "later", outcome="pass")


def late_ops(tablet: Tablet) -> list[dict[str, Any]]:
    """A walk that began an hour after the loss, by the tablet's own count since boot."""
    late = {"wall": "2026-11-21T23:00:00+08:00", "mono": 3 * 3_600_000, "boot": "b"}
    walk = uuid7()
    subject = {"kind": "inspection", "id": walk}
    return [
        tablet.op("inspection.start@1", subject=subject, at=late),
        tablet.op("result.record@1", inspection=walk, item="floor", at=late),
        tablet.op("feedback.record@1", text="hello", at=late),
    ]


def test_other_late_ops_are_quarantined_and_removal_comes_first(
    server: Server, company: Company, tablet: Tablet
):
    _, cursor = tablet.pull_all()
    other = enrol_tablet(server, [company.supervisor], company.site)
    other.receipts_of([other.op("feedback.record@1", text="new")])
    take_sites(server, company.inspector)
    page = tablet.pull(cursor)
    assert page["sites_removed"] == [str(company.site)]
    assert [one["feed"] for one in page["changes"] if one["feed"] == str(company.site)] == []
    tablet.pull(page["cursor"])
    server.clock.forward(2)
    tablet.renew()
    now = {"wall": "2026-11-21T23:00:00+08:00", "mono": 3 * 3_600_000, "boot": "b"}
    receipts = tablet.receipts_of(late_ops(tablet), now=now)
    assert [receipt["reason"] for receipt in receipts] == ["out-of-scope"] * 3
    assert all(receipt["custody"] for receipt in receipts)


def test_without_late_scope_the_walk_is_set_aside(
    server: Server, company: Company, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    tablet = RealTablet(server, [company.inspector], company.site, tmp_path / "tablet")
    walk = uuid7()
    start(tablet, walk)
    tablet.client.sync()
    tablet.answer(walk, "item", outcome="pass")
    take_sites(server, company.inspector)
    monkeypatch.setattr(admit.Gate, "_began_before_loss", lambda *_: False)
    tablet.client.push()
    reasons = [op.receipt.reason for op in tablet.outbox.ops("kept") if op.receipt]
    assert reasons == [None, "out-of-scope"]
    assert record(server, walk) is not None
