"""What rules of several domains ask of an inspection and of the walks before it."""

from typing import Any
from uuid import UUID

from msgspec.structs import replace
from tests.plugin.views import inspection, result

from fieldops import EarlierResult, EarlierWalk, earlier_failures

HALL, CELLAR = UUID(int=7), UUID(int=8)


def walk(date: str, outcome: Any = "fail", repeat: str = "", area: UUID | None = None) -> Any:
    """An earlier walk that answered one item."""
    one = EarlierResult(section="lobby", item="floor", repeat=repeat, outcome=outcome)
    return EarlierWalk(id=UUID(int=3), checklist="daily", date=date, area=area, results=(one,))


def days(*earlier: EarlierWalk, **members: Any) -> tuple[str, ...]:
    failed = result(outcome="fail")
    return earlier_failures(inspection(failed, earlier=earlier, **members), failed, 30)


def test_days_of_earlier_failures_come_newest_first_and_once() -> None:
    assert days(walk("2026-11-20"), walk("2026-11-03"), walk("2026-11-20")) == (
        "2026-11-20",
        "2026-11-03",
    )
    assert days(walk("2026-11-20", "pass"), walk("2026-11-19", None)) == ()


def test_walks_of_that_day_and_beyond_the_days_are_left_out() -> None:
    assert days(walk("2026-11-21")) == ()
    assert days(walk("2026-10-22")) == ("2026-10-22",)
    assert days(walk("2026-10-21")) == ()


def test_only_the_same_area_and_repeat_count() -> None:
    assert days(walk("2026-11-20", repeat="A")) == ()
    assert days(walk("2026-11-20", area=HALL), area=CELLAR) == ()
    assert days(walk("2026-11-20", area=HALL), area=HALL) == ("2026-11-20",)


def test_walk_without_a_day_has_nothing_before_it() -> None:
    failed = result(outcome="fail")
    view = replace(inspection(failed, earlier=(walk("2026-11-20"),)), date="")
    assert earlier_failures(view, failed, 30) == ()
