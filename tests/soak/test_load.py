"""Two hundred tablets at once: enrolment, results, photos and pulls, mixed."""

import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest
from tests.soak import aftermath
from tests.soak.company import Company, found, settings_of, settle_in
from tests.soak.product import Product
from tests.soak.report import report
from tests.soak.tablet import Tablet

TABLETS = 200
ROUNDS = 3
"""Times that each tablet works and syncs."""
WORKS = 4
"""Bouts of work between two syncs: about 14 ops and a photo."""
_TABLETS_AT_A_TIME = 8
"""Outboxes opened at the same time; making their files is not what is measured."""


@pytest.mark.soak
@pytest.mark.alone
def test_two_hundred_tablets_at_once_get_no_error_and_lose_nothing(
    database_url: str, tmp_path: Path
) -> None:
    load(database_url, tmp_path, TABLETS)


def load(database_url: str, folder: Path, count: int) -> None:
    """Let so many tablets work at once; no sync may fail, and all must be there in the end."""
    settings = settings_of(settle_in(folder, database_url))
    company = found(settings, count)
    with ExitStack() as stack:
        product = stack.enter_context(Product(folder / "fieldops.toml"))
        tablets = _tablets(stack, folder, product.url, company, count)
        began = time.monotonic()
        with ThreadPoolExecutor(count) as pool:
            times_s = list(pool.map(_day, tablets))
        took_s = time.monotonic() - began
        for tablet in tablets:
            tablet.finish()
        aftermath.await_rest(settings)
        product.stop()
        acknowledged = [op for tablet in tablets for op in tablet.acknowledged]
        stored = [sha256 for tablet in tablets for sha256 in tablet.stored]
        recorded = {op for tablet in tablets for op in tablet.recorded}
        errors = sum(tablet.errors for tablet in tablets)
    found_faults = aftermath.faults(settings, acknowledged)
    lost = aftermath.lost_photos(settings, stored)
    report(
        f"load {database_url.split(':')[0]}: {count} tablets, {len(acknowledged):,} ops and"
        f" {len(stored):,} photos in {took_s:.0f} s, errors {errors}, lost {len(lost)},"
        f" faults {len(found_faults)}, a tablet's day median {statistics.median(times_s):.1f} s"
        f" max {max(times_s):.1f} s"
    )
    assert errors == 0
    assert found_faults == []
    assert lost == []
    assert set(acknowledged) == recorded


def _tablets(
    stack: ExitStack, folder: Path, url: str, company: Company, count: int
) -> list[Tablet]:
    def make(number: int) -> Tablet:
        return Tablet(folder / f"tablet-{number}", url, company, number, hurried=False)

    with ThreadPoolExecutor(_TABLETS_AT_A_TIME) as pool:
        tablets = list(pool.map(make, range(count)))
    for tablet in tablets:
        stack.callback(tablet.close)
    return tablets


def _day(tablet: Tablet) -> float:
    """Work and sync a few times; the seconds of the syncs."""
    took_s = 0.0
    for _ in range(ROUNDS):
        for _ in range(WORKS):
            tablet.work()
        began = time.monotonic()
        tablet.sync()
        took_s += time.monotonic() - began
    return took_s
