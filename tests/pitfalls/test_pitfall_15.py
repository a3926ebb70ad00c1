"""Pitfall 15: one's own push comes between a pull's request and its page.

request ─┬──────────── page ─ applied        200 schedules of requests, pages that are applied
         └─ own push ─ answer                late or never, own pushes and other people's
"""

from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import msgspec
import pytest
from tests.factories import Company, Server, Tablet, enrol_tablet
from tests.pitfalls.helping import RealTablet, rounds

from fieldops.store import ledger
from fieldops_sync import mirror
from fieldops_sync.ids import uuid7
from fieldops_sync.wire import PullAnswer

ITEMS = [f"item-{number}" for number in range(4)]


class Interleaving:
    """One tablet, one colleague, pages under way."""

    def __init__(self, tablet: RealTablet, colleague: Tablet, walk: UUID, random: Random) -> None:
        self.tablet, self.colleague, self.walk, self.random = tablet, colleague, walk, random
        self.under_way: list[PullAnswer] = []
        self.recorded: list[UUID] = []

    def ask(self) -> None:
        """A page leaves the server; it arrives at some later step."""
        body = msgspec.json.encode(self.tablet.outbox.pull_request())
        sender = self.tablet.client
        page = sender._call("pull", PullAnswer, msgspec.json.decode(body))
        self.under_way.append(page)

    def arrive(self) -> None:
        """The page of the last request is applied; the tablet has given up the others."""
        if self.under_way:
            self.tablet.outbox.apply_page(self.under_way[-1])
            self.under_way.clear()

    def record(self) -> None:
        item, note = self.random.choice(ITEMS), str(self.random.random())
        self.recorded.append(self.tablet.answer(self.walk, item, note=note))

    def push(self) -> None:
        self.tablet.client.push()

    def other(self) -> None:
        item = self.random.choice(ITEMS)
        op = self.colleague.op("result.record@1", inspection=self.walk, item=item, outcome="pass")
        self.colleague.receipts_of([op])
        self.recorded.append(UUID(op["id"]))

    def run(self, steps: int) -> None:
        choices = (self.ask, self.arrive, self.record, self.push, self.other)
        for _ in range(steps):
            self.random.choice(choices)()
        self.push()
        self.tablet.client.pull()


def state(tablet: RealTablet) -> dict[UUID, Any]:
    """What a tablet sees of all results."""
    return {
        one.id: (one.revision, set(one.heads), msgspec.json.decode(one.body))
        for one in tablet.outbox.records("result")
    }


def play(server: Server, company: Company, folder: Path) -> list[str]:
    """Every schedule; one sentence for each thing that is not as it must be."""
    tablet = RealTablet(server, [company.inspector], company.site, folder / "tablet")
    colleague = enrol_tablet(server, [company.supervisor], company.site)
    recorded: list[UUID] = []
    faults: list[str] = []
    tablet.client.pull()
    total = rounds(100, 2000)
    for seed in range(total):
        schedule = Interleaving(tablet, colleague, uuid7(), Random(seed))
        schedule.run(6)
        recorded += schedule.recorded
        if seed % 40 == 39 or seed == total - 1:
            fresh = RealTablet(server, [company.inspector], company.site, folder / f"fresh-{seed}")
            fresh.client.pull()
            if state(fresh) != state(tablet):
                faults.append(f"schedule {seed}: the tablet and a fresh one differ")
    if {op.state for op in tablet.outbox.ops()} - {"kept"}:
        faults.append("an op is not settled")
    if len(server.look(lambda session: ledger.find(session, recorded))) != len(recorded):
        faults.append("an op was lost")
    return faults


@pytest.mark.unmeasured
def test_every_schedule_converges(server: Server, company: Company, tmp_path: Path):
    assert play(server, company, tmp_path) == []


def test_without_revisions_an_old_page_wins(
    server: Server, company: Company, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """The guard: the page of a request is applied with the cursor that it brought."""
    plain = mirror.apply_page

    def keep_nothing_of_others(db: Any, page: Any) -> int:
        mine = [change for change in page.changes if change.revision <= 1]
        return plain(db, msgspec.structs.replace(page, changes=mine))

    monkeypatch.setattr(mirror, "apply_page", keep_nothing_of_others)
    tablet = RealTablet(server, [company.inspector], company.site, tmp_path / "tablet")
    colleague = enrol_tablet(server, [company.supervisor], company.site)
    tablet.client.pull()
    for seed in range(20):
        Interleaving(tablet, colleague, uuid7(), Random(seed)).run(6)
    monkeypatch.undo()
    fresh = RealTablet(server, [company.inspector], company.site, tmp_path / "fresh")
    fresh.client.pull()
    assert state(fresh) != state(tablet)
