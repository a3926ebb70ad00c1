"""What device and server say to each other about photos' bytes; see ``wire``."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from fieldops_sync.wire import Count, MediaState, Sha256


class MediaItem(Struct, frozen=True):
    """One photo a device wants to send."""

    sha256: Sha256
    size: Count
    mime: Annotated[str, Meta(max_length=100)] = "image/jpeg"


class MediaPlan(Struct, frozen=True, omit_defaults=True):
    """Where to send one photo: nowhere (``have``), by tus to ``url``, or by one PUT to ``url``.

    A PUT goes with exactly these ``headers``, to the store itself, and is followed by `complete`.
    """

    sha256: Sha256
    way: Literal["have", "tus", "put"]
    url: str = ""
    headers: dict[str, str] = {}
    expires: str = ""


class MediaSent(Struct, frozen=True):
    """What a device says when its signed PUT is through."""

    size: Count
    mime: Annotated[str, Meta(max_length=100)] = "image/jpeg"


class MediaStatus(Struct, frozen=True):
    """Where one photo stands."""

    sha256: Sha256
    state: MediaState
