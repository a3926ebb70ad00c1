"""Who walks without a qualification is marked, and the mark goes with what is recorded later."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest
from tests.factories import add_person, make_op
from tests.flow.following import walking
from tests.flow.patrol import Patrol

from fieldops.flow.enter import enter_desk
from fieldops.model.access import Role
from fieldops_sync.ids import qualification_id


class Office:
    """Whoever records qualifications, on every site."""

    def __init__(self, patrol: Patrol) -> None:
        self.patrol = patrol
        self.clerk = patrol.server.do(lambda s: add_person(s, Role.OPS, None))

    def record(self, person: UUID, domain: str = "cleaning", **given: Any) -> str:
        payload = {"person": str(person), "domain": domain, "valid_from": "2026-01-01", **given}
        subject = qualification_id(person, domain, "", payload["valid_from"])
        before = self.patrol.walk.get(subject)
        op = make_op(
            "qualification.set@1",
            UUID(given.pop("feed", str(person))),
            self.clerk,
            subject={"kind": "qualification", "id": str(subject)},
            base=[str(head) for head in before.heads] if before else [],
            payload={name: value for name, value in payload.items() if name != "feed"},
        )
        raw, now_ms = msgspec.json.encode(op), self.patrol.server.clock()
        done = self.patrol.server.do(lambda s: enter_desk(s, [raw], self.clerk, now_ms))
        self.patrol.act()
        return str(done.receipts[0].reason or done.receipts[0].status)


@pytest.fixture
def patrol(database_url: str, tmp_path: Path) -> Iterator[Patrol]:
    with walking(database_url, tmp_path) as walk:
        yield Patrol(walk)


def test_a_walk_is_marked_by_what_its_people_could_that_day(patrol: Patrol) -> None:
    office = Office(patrol)
    inspector, supervisor = patrol.walk.company.inspector, patrol.walk.company.supervisor

    def marks(walk: UUID) -> Any:
        return patrol.get(walk).body.get("unqualified", [])

    first = patrol.walks(None, 0.2, 0.1)
    assert marks(first) == []  # nobody's qualification for the domain is on record
    assert office.record(supervisor) == "applied"
    assert office.record(supervisor, "security") == "applied"
    assert office.record(inspector, feed=str(supervisor)) == "schema"
    assert marks(first) == []  # and what was judged is not judged anew for others' sake
    second = patrol.walks(None, 0.2, 0.1)
    begun = patrol.walks(None, 0.2, None)
    assert (marks(second), marks(begun)) == ([str(inspector)], [])
    head = patrol.walk.head()
    patrol.act()
    assert patrol.walk.head() == head

    office.record(inspector, "security")
    assert marks(second) == [str(inspector)]
    office.record(inspector, valid_from="2026-11-22")  # from the next day on
    assert marks(second) == [str(inspector)]
    office.record(inspector, valid_until="2026-11-21")  # the very day included
    assert marks(second) == []
    office.record(inspector, withdrawn="the certificate is somebody else's")
    assert marks(second) == [str(inspector)]
    assert marks(first) == [str(inspector)]  # his own walks are all held to it
    patrol.walk.void("inspection", first)
    office.record(inspector, withdrawn=None)
    assert (marks(first), marks(second)) == ([str(inspector)], [])  # what is voided stays
    assert patrol.quarantined() == 1  # the one in the wrong feed, above


def test_everybody_who_walked_is_asked_and_no_tablet_learns_of_it(patrol: Patrol) -> None:
    office = Office(patrol)
    inspector, supervisor = patrol.walk.company.inspector, patrol.walk.company.supervisor
    office.record(inspector)
    walk = patrol.walks(None, 0.5, None)
    base = [str(head) for head in patrol.get(walk).heads]
    subject = {"kind": "inspection", "id": str(walk)}
    patrol.walk.push("inspection.handover@1", subject=subject, base=base, to=str(supervisor))
    patrol.submits(walk)
    assert patrol.get(walk).body["unqualified"] == [str(supervisor)]
    assert patrol.get(walk).state == "submitted"
    changes, _ = patrol.walk.tablet.pull_all()
    assert "qualification" not in {change["kind"] for change in changes}
