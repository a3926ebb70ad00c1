"""When an op happened, how far off that may be, and whether it came late."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from tests.factories import NOON_MS, Tablet, enrol_tablet, found_company, make_op, running, sign_in

from fieldops.flow import moments
from fieldops.flow.timing import rfc3339
from fieldops.model.moment import Moment
from fieldops_sync.ids import uuid7
from fieldops_sync.wire import INT_MAX

BOOT = "b7"
BOOTED_MS = NOON_MS - 3_600_000
"""The tablet was switched on an hour before noon; it does not know that."""
WALL = "1970-01-01T08:00:00+08:00"


@pytest.fixture
def tablet(database_url: str, tmp_path: Path) -> Iterator[Tablet]:
    with running(database_url, tmp_path) as server:
        company = found_company(server)
        yield enrol_tablet(server, [company.inspector], company.site)


def at(minutes: float) -> dict[str, Any]:
    """What the tablet's clocks say so many minutes after it was switched on."""
    return {"wall": WALL, "mono": int(minutes * 60_000), "boot": BOOT}


def heard(minutes: float, delay_ms: int) -> dict[str, Any]:
    """An answer of the server's that the tablet read ``delay_ms`` after it was written."""
    spoken = BOOTED_MS + int(minutes * 60_000) - delay_ms
    return {"server_time": rfc3339(spoken), "mono": int(minutes * 60_000), "boot": BOOT}


def push(tablet: Tablet, minutes: float, delay_ms: int, **more: Any) -> UUID:
    """An op of half an hour after boot, pushed later; the push travels ``delay_ms``."""
    op = tablet.op("suggestion.make@1", item="floor", at=at(30))
    tablet.server.clock.now_ms = BOOTED_MS + int(minutes * 60_000) + delay_ms
    (receipt,) = tablet.receipts_of([op], now=at(minutes), **more)
    assert receipt["status"] == "applied"
    return UUID(str(op["id"]))


def moment(tablet: Tablet, op: UUID) -> Moment:
    return tablet.server.look(lambda s: moments.of(s, [op])[op])


def test_without_anything_heard_the_error_is_not_known(tablet: Tablet) -> None:
    found = moment(tablet, push(tablet, 60, delay_ms=250))
    happened = BOOTED_MS + 30 * 60_000
    assert found == Moment(received_ms=NOON_MS + 250, occurred_ms=happened + 250)
    assert found.is_late_receipt(moments.LATE_RECEIPT_MS)


def test_what_was_heard_bounds_the_error(tablet: Tablet) -> None:
    found = moment(tablet, push(tablet, 60, delay_ms=250, heard=heard(59, delay_ms=400)))
    assert found.error_ms == 250 + 400
    # A closer reading serves what came before as well; a looser one spoils nothing.
    later = push(tablet, 61, delay_ms=100, heard=heard(60.5, delay_ms=50))
    assert moment(tablet, later).error_ms == 100 + 50
    push(tablet, 62, delay_ms=100, heard=heard(61.5, delay_ms=5_000))
    assert moment(tablet, later).error_ms == 150


@pytest.mark.parametrize(
    "strange",
    [
        {"server_time": "tomorrow", "mono": 1, "boot": BOOT},
        {"server_time": "2036-01-01T00:00:00Z", "mono": 1, "boot": BOOT},
        {"server_time": "2020-01-01T00:00:00Z", "mono": 1, "boot": "b\0"},
        {"server_time": "2020-01-01T00:00:00Z", "mono": 1, "boot": "another"},
    ],
)
def test_what_cannot_have_been_heard_bounds_nothing(tablet: Tablet, strange: Any) -> None:
    assert moment(tablet, push(tablet, 60, delay_ms=0, heard=strange)).error_ms is None


def test_a_boot_without_a_reading_is_not_placed(tablet: Tablet) -> None:
    op = tablet.op("suggestion.make@1", item="floor", at=at(30))
    tablet.receipts_of([op])
    assert moment(tablet, UUID(str(op["id"]))) == Moment(received_ms=NOON_MS)
    assert moment(tablet, UUID(str(op["id"]))).counts_ms == NOON_MS


@pytest.mark.parametrize("mono", [-INT_MAX, -BOOTED_MS - 60_001])
def test_a_count_that_leads_before_1970_places_nothing(tablet: Tablet, mono: int) -> None:
    op = tablet.op("suggestion.make@1", item="floor", at={**at(0), "mono": mono})
    (receipt,) = tablet.receipts_of([op], now=at(60))
    assert receipt["status"] == "applied"
    found = moment(tablet, UUID(str(op["id"])))
    assert (found.occurred_ms, found.counts_ms) == (None, NOON_MS)


def test_what_a_desk_writes_happens_when_it_is_received(tablet: Tablet) -> None:
    server, actor = tablet.server, tablet.actor
    op = make_op("suggestion.make@1", tablet.site, actor, item="floor", id=uuid7())
    answer = server.client.post("/api/v1/ops", json={"ops": [op]}, headers=sign_in(server, actor))
    assert answer.status_code == 200
    found = moment(tablet, UUID(str(op["id"])))
    assert found == Moment(received_ms=NOON_MS, occurred_ms=NOON_MS, error_ms=0)
    assert not found.is_late_receipt(moments.LATE_RECEIPT_MS)
