"""What the export writes about its runs: each request is one transaction, and may be sent again.

The worker makes and delivers files by itself and hands these in, as readers of the log do
(``handin``); ``exporttake`` takes them.
"""

from typing import Literal
from uuid import UUID

from msgspec import Struct

from fieldops.store.exports import Kind, Step, Totals


class SeePlace(Struct, frozen=True, tag="export-see"):
    """A destination of the settings is there; its first night is the next one."""

    name: str


class PlanRun(Struct, frozen=True, tag="export-plan", omit_defaults=True, kw_only=True):
    """Make a run: of a ``night`` of the schedule, or on demand (empty).

    ``kind`` empty takes what there is since the accepted one, or everything where there is none.
    ``wanted`` is what the settings of the destination say of its content, in JSON; ``pseudonym``
    the fingerprint of the secret that keys are made by.  ``actor`` is who asked for it.
    """

    id: UUID
    destination: str
    night: str = ""
    night_ms: int = 0
    kind: Kind | Literal[""] = ""
    wanted: str
    pseudonym: str
    actor: UUID | None = None


class ClaimRun(Struct, frozen=True, tag="export-claim"):
    """Take a run's lease for so many ms, or keep it on."""

    run: UUID
    lease: str
    for_ms: int


class MoveRun(Struct, frozen=True, tag="export-move", omit_defaults=True, kw_only=True):
    """A step of a run is done.  ``manifest`` and ``totals`` are said once it is written."""

    run: UUID
    lease: str
    from_: Step
    to: Step
    manifest: str = ""
    totals: Totals = Totals()


class RestRun(Struct, frozen=True, tag="export-rest", omit_defaults=True):
    """Give a run's lease back; ``why`` it failed, if it did, and how long it rests.

    ``is_back`` says that it is to be delivered again: what lies there is not what was sent;
    ``is_over`` that no further try can help.
    """

    run: UUID
    lease: str
    why: str = ""
    rest_ms: int = 0
    is_back: bool = False
    is_over: bool = False


class AckRun(Struct, frozen=True, tag="export-ack", omit_defaults=True):
    """An acknowledgment was found beside a delivered run: the hash that it names."""

    run: UUID
    manifest: str


class RemoveRun(Struct, frozen=True, tag="export-remove"):
    """The files of a run are removed, here and there."""

    run: UUID


ExportRequest = SeePlace | PlanRun | ClaimRun | MoveRun | RestRun | AckRun | RemoveRun
"""Everything that the export hands in."""
