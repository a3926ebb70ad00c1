"""What a revoked tablet hands in by its key: nobody else's, and no flood."""

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlmodel import Session
from tests.databases import lay_sqlite
from tests.factories import Server, Tablet, enrol_tablet, found_company, running

from fieldops.flow import setup
from fieldops.store import quarantine
from fieldops_sync.wire import Limits


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder: Path = tmp_path_factory.mktemp("salvage")
    with running(lay_sqlite(folder / "fieldops.db"), folder) as started:
        yield started


def stolen(server: Server) -> Tablet:
    """A tablet whose key somebody else has now."""
    company = found_company(server)
    tablet = enrol_tablet(server, [company.inspector], company.site)
    server.do(lambda s: setup.revoke_device(s, tablet.device, setup.SYSTEM, server.clock()))
    return tablet


def kept(server: Server, op: UUID) -> bool:
    return bool(server.look(lambda s: quarantine.find(s, [op])))


def test_nothing_is_taken_in_under_the_life_of_another_tablet(server: Server):
    thief = stolen(server)
    victim = enrol_tablet(server, [thief.actor], thief.site)
    op = thief.op("feedback.record@1", text="as if the other had heard it")
    thief.incarnation = victim.incarnation
    (receipt,) = thief.salvage([op]).json()["receipts"]
    assert (receipt["status"], receipt["custody"]) == ("refused", False)
    assert receipt["problem"]["type"].endswith(":foreign-op")
    assert not kept(server, UUID(op["id"]))


def test_a_stolen_key_fills_no_disk(server: Server):
    """What was handed in before is answered again for nothing."""
    server.core.limits = Limits(device_ops_per_day=2)
    tablet = stolen(server)
    first, more = ([tablet.op("feedback.record@1", text="x")] for _ in range(2))
    assert tablet.salvage(first).json()["receipts"][0]["status"] == "quarantined"
    answer = tablet.salvage([*first, *more, tablet.op("feedback.record@1", text="y")])
    assert answer.status_code == 429
    assert answer.json()["type"].endswith(":quota")
    assert not kept(server, UUID(more[0]["id"]))
    statuses = [one["status"] for one in tablet.salvage([*first, *more]).json()["receipts"]]
    assert statuses == ["duplicate", "quarantined"]
    lines = server.look(audited)
    assert tablet.salvage([*first, *more]).status_code == 200
    assert server.look(audited) == lines
    tablet.incarnation = uuid4()
    assert tablet.salvage([]).status_code == 429


def audited(session: Session) -> int:
    found: int = session.execute(text("SELECT COUNT(*) FROM audit")).scalar_one()
    return found
