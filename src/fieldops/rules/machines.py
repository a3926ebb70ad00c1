"""What a state machine is: which step leads from where to where."""

from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct

from fieldops.model.access import Role
from fieldops.model.record import Decoded, State
from fieldops.model.said import NOTHING, Said

Table = Mapping[str, Mapping[str, str]]
"""From a state by a step to a state; what it does not have is refused."""
BACK = "<"
"""As a target: to where the subject stood before it was paused."""
STAY = "="
"""As a target: nowhere; the step is in the history and moves nothing."""
PAUSED = "paused"


def no_bar(_decoded: Decoded, _state: State) -> Said:
    """Nothing but the table decides."""
    return NOTHING


def as_said(_decoded: Decoded, _state: State, fields: dict[str, Any]) -> dict[str, Any]:
    """What the op writes by itself."""
    return fields


class Who(Struct, frozen=True):
    """Who may take a step: who holds one of ``roles`` on the site, and whoever it concerns.

    ``own`` says whether the record is so much the actor's own that his role does not matter: that
    he may write the op's type at all is enough.
    """

    roles: frozenset[Role]
    own: Callable[[Decoded, State], bool] | None = None


WALKERS = Who(frozenset({Role.INSPECTOR, Role.SUPERVISOR}))
"""Who walks the site."""
DECIDERS = Who(frozenset({Role.SUPERVISOR}))
"""Who decides at the site."""


class Machine(Struct, frozen=True):
    """``step`` names the step of an op; ``bar`` says why the table's step is refused, or nothing.

    ``stands`` says where a subject stands as the table names it; what is not there yet stands
    nowhere, an empty text.  ``written`` is what a step writes, seeing what is there.  ``asides``
    are states beside ``PAUSED`` that lead ``BACK``.  ``who`` may take each step of people; where a
    step is not named, its op's type decides.  A machine that ``is_gate`` refuses and moves
    nothing: what the op writes by itself says where the subject stands.
    """

    table: Table
    step: Callable[[Decoded], str]
    bar: Callable[[Decoded, State], Said] = no_bar
    stands: Callable[[State], str] = lambda state: state.state
    written: Callable[[Decoded, State, dict[str, Any]], dict[str, Any]] = as_said
    asides: frozenset[str] = frozenset()
    who: Mapping[str, Who] = {}
    is_gate: bool = False
