"""What the teller of alarms hands in; ``alarms`` takes it."""

from msgspec import Raw, Struct


class Tell(Struct, frozen=True, tag="tell-alarms"):
    """Ops that begin and end alarms.  ``cause`` of each names what its alarm last was changed by:
    if that is something else by now, the op tells nothing new."""

    ops: list[Raw]
