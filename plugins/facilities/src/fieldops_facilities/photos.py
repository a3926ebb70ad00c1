"""Photos on which nothing can be read: nameplates and dials that are too small in pixels."""

from fieldops import Item, OpenPhoto, PhotoNote, PhotoView, hookimpl, picture_size
from fieldops_facilities.rules_assets import NAMEPLATE

NAMEPLATE_PIXELS = 1280
"""The longer side below which the small print of a nameplate cannot be read."""
DIAL_PIXELS = 640
"""The same for the figures of a dial."""


@hookimpl
def check_photo(
    photo: PhotoView, item: Item | None, open_photo: OpenPhoto
) -> tuple[PhotoNote, ...]:
    """A note on a nameplate or dial that is too small to read; others are not opened."""
    least = _pixels(item) if item is not None else 0
    size = _size(photo, open_photo) if least else None
    if size is None or max(size) >= least:
        return ()
    note = PhotoNote(
        rule="too-small-to-read",
        titles={
            "zh-CN": f"照片长边 {max(size)} 像素，不足 {least}，看不清铭牌或表盘，请重拍",
            "en": f"{max(size)} pixels long, {least} are needed to read the plate or dial: retake",
        },
    )
    return (note,)


def _pixels(item: Item) -> int:
    """How long a photo of an item must be to be read; 0 where nothing is to be read."""
    if item.key.endswith(NAMEPLATE):
        return NAMEPLATE_PIXELS
    return DIAL_PIXELS if hasattr(item.answer, "rollover") else 0


def _size(photo: PhotoView, open_photo: OpenPhoto) -> tuple[int, int] | None:
    """Width and height; None for bytes that cannot be had now, or are no picture we can tell."""
    try:
        with open_photo(photo) as file:
            return picture_size(file)
    except OSError:
        return None
