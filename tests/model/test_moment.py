"""A deadline and a clock that may be wrong: what is not certain is not late."""

import pytest

from fieldops.model.moment import Moment, over_ms


@pytest.mark.parametrize(
    ("at_ms", "error_ms", "over"),
    [(100, 0, 0), (101, 0, 1), (101, None, 1), (101, 1, 0), (350, 250, 0), (351, 250, 1)],
)
def test_late_is_what_was_certainly_after_the_deadline(
    at_ms: int, error_ms: int | None, over: int
) -> None:
    assert over_ms(at_ms, 100, error_ms) == over
    told = Moment(received_ms=999, occurred_ms=at_ms, error_ms=error_ms)
    assert told.over_ms(100) == over


def test_what_no_clock_places_happened_when_it_was_received() -> None:
    assert Moment(received_ms=130).over_ms(100) == 30
