"""What stands in a column of a register's entry, read as what it means; None where it is not that.

A company fills registers, so a rule never trusts a cell: one bad line must not stop a domain.
"""

from datetime import date, time
from decimal import Decimal

from fieldops.model.register import Entry
from fieldops.rules.figures import read_figure


def cell_figure(entry: Entry, column: str) -> Decimal | None:
    """The number in a column of type ``integer`` or ``decimal``."""
    return read_figure(entry.get(column))


def cell_date(entry: Entry, column: str) -> date | None:
    """The day in a column of type ``date``."""
    try:
        return date.fromisoformat(entry.get(column))
    except ValueError:
        return None


def cell_time(entry: Entry, column: str) -> time | None:
    """The time of day in a column of type ``time``."""
    try:
        moment = time.fromisoformat(entry.get(column))
    except ValueError:
        return None
    return None if moment.tzinfo else moment
