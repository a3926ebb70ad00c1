"""The visits of a patrol in the order of their times, each with its point of the register."""

from datetime import time

from msgspec import Struct

from fieldops import Entry, Inspection, ResultView, cell_figure, chosen
from fieldops_security.registers import POINTS, code_of, entry_of

DAY_S = 24 * 3600
_NOON_S = DAY_S // 2


class Visit(Struct, frozen=True):
    """When a point was reached; ``second`` counts on past midnight.

    ``is_exact`` says that the seconds were given.  ``point`` is None where the register does not
    know the code.
    """

    result: ResultView
    second: int
    is_exact: bool
    point: Entry | None

    @property
    def order(self) -> int | None:
        """The place of its point in the route, if the register gives one."""
        order = None if self.point is None else cell_figure(self.point, "order")
        return None if order is None else int(order)

    @property
    def route(self) -> str:
        """The route of its point, or an empty text."""
        return "" if self.point is None else self.point.get("route")


def shift_of(inspection: Inspection) -> str:
    """``day`` or ``night``; empty where it is not answered."""
    return next(iter(chosen(inspection, "shift")), "")


def visits(inspection: Inspection) -> list[Visit]:
    """Those whose time can be read, in its order; at the same time by their order in the route."""
    night = shift_of(inspection) == "night"
    found = [_visit(inspection, one, night) for one in inspection.of_items("point_visited_at")]
    known = [one for one in found if one is not None]
    return sorted(known, key=lambda one: (one.second, one.order or 0))


def _visit(inspection: Inspection, result: ResultView, night: bool) -> Visit | None:
    try:
        moment = time.fromisoformat(result.value) if isinstance(result.value, str) else None
    except ValueError:
        return None
    if moment is None:
        return None
    second = moment.hour * 3600 + moment.minute * 60 + moment.second
    goes_on = night and second < _NOON_S
    code = code_of(inspection, "point_code", result.repeat)
    return Visit(
        result=result,
        second=second + DAY_S * goes_on,
        is_exact=str(result.value).count(":") > 1,
        point=entry_of(inspection, POINTS, code),
    )
