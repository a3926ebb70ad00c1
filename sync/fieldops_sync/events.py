"""What a sync tells while it runs: frozen values for progress bars and logs."""

from uuid import UUID

from msgspec import Struct


class OpsSettled(Struct, frozen=True):
    """A batch was answered: how many of the ops to send have a receipt by now."""

    done: int
    total: int
    statuses: dict[str, int]


class PagePulled(Struct, frozen=True):
    """A page of changes was applied."""

    changes: int
    more: bool


class PhotoProgress(Struct, frozen=True):
    """Bytes of one photo that the server has confirmed."""

    sha256: str
    sent_bytes: int
    size_bytes: int


class PhotoStored(Struct, frozen=True):
    """The server has stored and verified a photo: ``done`` of ``total`` in this sync."""

    sha256: str
    done: int
    total: int


class PhotoFailed(Struct, frozen=True):
    """A photo did not get through this time; it is kept and tried again at the next sync."""

    sha256: str
    detail: str


class Waiting(Struct, frozen=True):
    """The link or the server needs a pause."""

    delay_s: float
    why: str


class DeviceForked(Struct, frozen=True):
    """Another tablet carries the same identity; this one goes on as a new incarnation."""

    incarnation: UUID


class EpochChanged(Struct, frozen=True):
    """The server came back from a backup; what was kept is sent again."""

    resent: int


class PhotosMissed(Struct, frozen=True):
    """The server does not have photos that it should: ``resent`` are sent again by themselves.

    ``lost`` are neither there nor on this tablet: nobody has them.
    """

    resent: int
    lost: int


Event = (
    OpsSettled
    | PagePulled
    | PhotoProgress
    | PhotoStored
    | PhotoFailed
    | Waiting
    | DeviceForked
    | EpochChanged
    | PhotosMissed
)
