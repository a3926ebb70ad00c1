"""What the ops about alarms write, and what makes two of them the same alarm."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid5

from fieldops.model.record import Decoded, Effect

RAISED, CLEARED = "raised", "cleared"


def alarm_id(feed: UUID, *said: str) -> UUID:
    """The subject of an alarm: as long as all that is ``said`` stays, it is the same one."""
    return uuid5(feed, "\x1f".join(said))


def alarm_state(body: dict[str, Any]) -> str:
    """Whether it is amiss now."""
    return CLEARED if body.get("cleared") else RAISED


def _raise(decoded: Decoded) -> Effect:
    told = {name: value for name, value in decoded.fields.items() if name != "cause"}
    return Effect({**told, "cleared": None}, own=True)


def _clear(decoded: Decoded) -> Effect:
    return Effect({"cleared": decoded.fields["cause"]}, own=True)


ALARM_EFFECTS: dict[str, Callable[[Decoded], Effect]] = {
    "alarm.raise@1": _raise,
    "alarm.clear@1": _clear,
}
