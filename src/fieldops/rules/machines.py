"""What a state machine is: which step leads from where to where."""

from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct

from fieldops.model.record import Decoded, State

Table = Mapping[str, Mapping[str, str]]
"""From a state by a step to a state; what it does not have is refused."""
BACK = "<"
"""As a target: to where the subject stood before it was paused."""
STAY = "="
"""As a target: nowhere; the step is in the history and moves nothing."""
PAUSED = "paused"


def no_bar(_decoded: Decoded, _state: State) -> str:
    """Nothing but the table decides."""
    return ""


def as_said(_decoded: Decoded, _state: State, fields: dict[str, Any]) -> dict[str, Any]:
    """What the op writes by itself."""
    return fields


class Machine(Struct, frozen=True):
    """``step`` names the step of an op; ``bar`` says why the table's step is refused, or nothing.

    ``stands`` says where a subject stands as the table names it; what is not there yet stands
    nowhere, an empty text.  ``written`` is what a step writes, seeing what is there.  ``asides``
    are states beside ``PAUSED`` that lead ``BACK``.
    """

    table: Table
    step: Callable[[Decoded], str]
    bar: Callable[[Decoded, State], str] = no_bar
    stands: Callable[[State], str] = lambda state: state.state
    written: Callable[[Decoded, State, dict[str, Any]], dict[str, Any]] = as_said
    asides: frozenset[str] = frozenset()
