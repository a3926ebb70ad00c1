"""What a state machine is: which step leads from where to where."""

from collections.abc import Callable, Mapping

from msgspec import Struct

from fieldops.model.record import Decoded, State

Table = Mapping[str, Mapping[str, str]]
"""From a state by a step to a state; what it does not have is refused."""
BACK = "<"
"""As a target: to where the subject stood before it was paused."""
PAUSED = "paused"


def no_bar(_decoded: Decoded, _state: State) -> str:
    """Nothing but the table decides."""
    return ""


class Machine(Struct, frozen=True):
    """``step`` names the step of an op; ``bar`` says why the table's step is refused, or nothing.

    ``states`` says where a subject stands as the table names it.
    """

    table: Table
    step: Callable[[Decoded], str]
    bar: Callable[[Decoded, State], str] = no_bar
    stands: Callable[[State], str] = lambda state: state.state
