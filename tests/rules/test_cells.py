"""Cells of registers as what they mean, and cells that mean nothing."""

from datetime import date, time
from decimal import Decimal

import pytest

from fieldops import Entry, cell_date, cell_figure, cell_time


def entry(text: str) -> Entry:
    return Entry(register="points", key="P-001", values={"cell": text})


def test_cells_are_read_as_their_columns_say() -> None:
    assert cell_figure(entry("2.50"), "cell") == Decimal("2.5")
    assert cell_date(entry("2026-11-21"), "cell") == date(2026, 11, 21)
    assert cell_time(entry("08:30"), "cell") == time(8, 30)


@pytest.mark.parametrize("text", ["", "soon", "NaN", "2026-02-30", "99:99", "08:30+08:00"])
def test_what_cannot_be_read_is_none(text: str) -> None:
    for read in (cell_figure, cell_date, cell_time):
        assert read(entry(text), "cell") is None
        assert read(entry(text), "another") is None
