"""What the op about working time carries."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from fieldops_sync.payloads import Payload, Text

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
HourSpan = Annotated[
    str, Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d-(([01]\d|2[0-3]):[0-5]\d|24:00)$")
]
"""``09:00-18:00`` on the clock of the site."""
Day = Annotated[str, Meta(pattern=r"^\d{4}-\d\d-\d\d$")]


class CalendarSet(Payload, frozen=True):
    """Working hours by weekday, holidays, and working days made up for (调休).

    A weekday that ``hours`` does not name is free; null stands for around the clock, as nothing
    does.  What a site's calendar does not say, the organisation's says.
    """

    hours: dict[Weekday, list[HourSpan]] | None | UnsetType = UNSET
    holidays: list[Day] | UnsetType = UNSET
    workdays: list[Day] | UnsetType = UNSET
    reason: Text | UnsetType = UNSET
