"""What a tablet may still write on a site that its people have lost: walks begun before."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from tests.factories import (
    BOOT,
    HOUR_MS,
    Server,
    Tablet,
    add_person,
    enrol_tablet,
    found_company,
    running,
)

from fieldops.flow import setup
from fieldops.model.access import Role
from fieldops.model.record import State
from fieldops.store import people, records
from fieldops_sync.ids import uuid7

Duo = tuple[Tablet, Tablet]
LOST_HOURS = 1
"""When the site is lost, by a clock that both tablets began to count at with the test's."""
PUSH_HOURS = 4


def at(hours: float) -> dict[str, Any]:
    return {"wall": "2026-11-21T20:00:00+08:00", "mono": int(hours * HOUR_MS), "boot": BOOT}


@pytest.fixture
def duo(database_url: str, tmp_path: Path) -> Iterator[Duo]:
    """The tablet of who has lost the site, and that of who has it: three hours after the loss."""
    with running(database_url, tmp_path) as server:
        company = found_company(server)
        user = server.do(lambda s: add_person(s, Role.INSPECTOR, {company.site}))
        lost = enrol_tablet(server, [user], company.site)
        has = enrol_tablet(server, [company.inspector], company.site)
        server.clock.forward(LOST_HOURS)
        _take_site(server, lost)
        server.clock.forward(PUSH_HOURS - LOST_HOURS)
        lost.renew(), has.renew()
        yield lost, has


def _take_site(server: Server, tablet: Tablet) -> None:
    grants = server.look(lambda s: people.grants(s, tablet.actor))
    server.do(lambda s: setup.revoke_grant(s, grants[0][0], setup.SYSTEM, server.clock()))


def start(tablet: Tablet, walk: str, hours: float) -> dict[str, Any]:
    about = {"kind": "inspection", "id": walk}
    return tablet.op("inspection.start@1", subject=about, at=at(hours))


def answer(tablet: Tablet, walk: str, hours: float, item: str = "floor") -> dict[str, Any]:
    return tablet.op("result.record@1", inspection=walk, item=item, at=at(hours))


def told(tablet: Tablet, *ops: dict[str, Any]) -> list[str]:
    """The reason of each op's quarantine, or else its first mark."""
    receipts = tablet.receipts_of(ops, now=at(PUSH_HOURS))
    return [one.get("reason") or one["marks"][0] for one in receipts]


def test_a_walk_begun_before_lands_whole_from_one_batch(duo: Duo) -> None:
    """Most of it was recorded after the loss, which the tablet did not know of."""
    lost, _ = duo
    walk = str(uuid7())
    late = answer(lost, walk, 2)
    void = lost.op(
        "record.void@1", subject=late["subject"], base=[late["id"]], at=at(3), reason="other room"
    )
    ops = [start(lost, walk, 0.5), late, void, answer(lost, walk, 3, "door")]
    assert told(lost, *ops) == ["late-scope"] * 4


def test_a_walk_that_others_began_after_the_loss_is_nobody_s_else(duo: Duo) -> None:
    lost, has = duo
    walk = str(uuid7())
    begun, theirs = start(has, walk, 2), answer(has, walk, 2)
    has.receipts_of([begun, theirs], now=at(PUSH_HOURS))
    mine = answer(lost, walk, 3, "door")
    earlier = answer(lost, walk, 0.5, "roof")
    again = lost.op(
        "result.record@1",
        subject=theirs["subject"],
        base=[theirs["id"]],
        at=at(3),
        inspection=walk,
        item="floor",
        outcome="fail",
    )
    void = lost.op(
        "record.void@1", subject=theirs["subject"], base=[theirs["id"]], at=at(3), reason="mine"
    )
    assert told(lost, mine, earlier, again, void) == ["out-of-scope"] * 4


def test_a_walk_that_others_began_before_the_loss_goes_on(duo: Duo) -> None:
    lost, has = duo
    walk = str(uuid7())
    theirs = answer(has, walk, 3)
    has.receipts_of([start(has, walk, 0.5), theirs], now=at(PUSH_HOURS))
    mine = answer(lost, walk, 3, "door")
    void = lost.op(
        "record.void@1", subject=theirs["subject"], base=[theirs["id"]], at=at(3), reason="wrong"
    )
    assert told(lost, mine, void) == ["late-scope"] * 2


def test_a_walk_whose_start_no_clock_tells_of_goes_on(duo: Duo) -> None:
    lost, has = duo
    walk = str(uuid7())
    begun = start(has, walk, 2)
    begun["at"]["boot"] = "never heard of"
    has.receipts_of([begun], now=at(PUSH_HOURS))
    assert told(lost, answer(lost, walk, 3)) == ["late-scope"]


def test_a_round_is_no_walk_s(duo: Duo) -> None:
    """It stands below its plan, as what a walk has recorded stands below the walk."""
    lost, _ = duo
    plan, one = uuid7(), uuid7()

    def state(id_: UUID, kind: str, parent: UUID) -> State:
        return State(id_, kind, lost.site, parent, "planned", (id_,), 1, id_, {})

    lost.server.do(lambda s: records.put(s, [state(plan, "plan", plan), state(one, "round", plan)]))
    about = {"kind": "round", "id": str(one)}
    base = [str(one)]
    given = lost.op("round.handover@1", subject=about, base=base, at=at(3), to=str(lost.actor))
    assert told(lost, given) == ["out-of-scope"]
