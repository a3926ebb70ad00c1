"""A picture as the picture worker found it: its facts, what it measured, its derivatives."""

from msgspec import Struct

from fieldops_sync.payloads import PictureFacts

THUMB_PX = 320
"""The longer side of the small derivative, a WebP."""
VIEW_PX = 1600
"""The longer side of the large derivative, a JPEG."""


class Measures(Struct, frozen=True, omit_defaults=True):
    """What was measured on the pixels.

    ``dhash`` is the 64-bit difference hash of the upright picture as 16 hexadecimal digits;
    ``sharpness`` the variance of its Laplacian (grey levels squared, longer side at 512 pixels),
    ``brightness`` its mean grey level (0 to 255), ``contrast`` the standard deviation of these.
    """

    dhash: str
    sharpness: float
    brightness: float
    contrast: float


class Picture(Struct, frozen=True, omit_defaults=True):
    """``measures`` is None where nothing could be decoded; ``worker`` is the reader's version."""

    facts: PictureFacts
    measures: Measures | None = None
    worker: int = 1
