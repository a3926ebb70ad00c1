"""What a cleaning photo must be to prove anything."""

from fieldops import Item, OpenPhoto, PhotoNote, PhotoView, picture_size
from fieldops_cleaning.rules.pairs import is_deep

SHORT_SIDE_PX = 480
"""Below this a stain of a hand's breadth is a few dots on a picture of 10 m²."""
SMALL_BYTES = 200_000
"""A larger file is no small picture: only smaller ones are opened."""
_PAIR = frozenset({"before", "after"})


def notes(photo: PhotoView, item: Item | None, open_photo: OpenPhoto) -> tuple[PhotoNote, ...]:
    """Everything to hold against one photo."""
    found = [_without_role(photo, item), _too_small(photo, open_photo)]
    return tuple(one for one in found if one is not None)


def _without_role(photo: PhotoView, item: Item | None) -> PhotoNote | None:
    """Deep cleaning is proven by pairs, so its photos say which half they are."""
    if item is None or not is_deep(item.key) or photo.role in _PAIR:
        return None
    return PhotoNote(
        rule="role-missing",
        titles={
            "zh-CN": "专项保洁照片未注明是清洁前还是清洁后",
            "en": "A photo of deep cleaning that does not say whether before or after",
        },
    )


def _too_small(photo: PhotoView, open_photo: OpenPhoto) -> PhotoNote | None:
    """Bytes that cannot be had are the store's matter, and a picture of unknown size passes."""
    if photo.role == "signature" or photo.size_bytes > SMALL_BYTES:
        return None
    try:
        with open_photo(photo) as file:
            size = picture_size(file)
    except OSError:
        return None
    if size is None or min(size) >= SHORT_SIDE_PX:
        return None
    return PhotoNote(
        rule="too-small",
        titles={
            "zh-CN": f"照片仅 {size[0]}×{size[1]} 像素，看不清污渍，请重拍",
            "en": f"Only {size[0]}×{size[1]} pixels: too small to show stains; take it again",
        },
    )
