"""What a security photo must be to prove anything."""

from fieldops import Item, OpenPhoto, PhotoNote, PhotoView, answer_type, picture_size

CODE_SIDE_PX = 720
"""The shorter side of a picture on which a small code, taken from 1 m, can be read."""
SHORT_SIDE_PX = 480
"""Below this neither a number plate nor a gauge can be read."""
SMALL_BYTES = 300_000
"""A larger file is no small picture: only smaller ones are opened."""


def notes(photo: PhotoView, item: Item | None, open_photo: OpenPhoto) -> tuple[PhotoNote, ...]:
    """Everything to hold against one photo."""
    found = [_wrong_role(photo, item), _too_small(photo, item, open_photo)]
    return tuple(one for one in found if one is not None)


def _wrong_role(photo: PhotoView, item: Item | None) -> PhotoNote | None:
    """A drawn signature is no evidence, and a photo is no signature."""
    if item is None or (photo.role == "signature") == (answer_type(item) == "signature"):
        return None
    return PhotoNote(
        rule="wrong-role",
        titles={
            "zh-CN": "照片用途与检查项不符：签名图与现场照片不能互换",
            "en": "A signature where a photo belongs, or a photo where a signature does",
        },
    )


def _too_small(photo: PhotoView, item: Item | None, open_photo: OpenPhoto) -> PhotoNote | None:
    """Bytes that cannot be had are the store's matter, and a picture of unknown size passes."""
    if photo.role == "signature" or photo.size_bytes > SMALL_BYTES:
        return None
    try:
        with open_photo(photo) as file:
            size = picture_size(file)
    except OSError:
        return None
    of_code = item is not None and answer_type(item) == "code"
    wanted = CODE_SIDE_PX if of_code else SHORT_SIDE_PX
    if size is None or min(size) >= wanted:
        return None
    return PhotoNote(
        rule="code-unreadable" if of_code else "too-small",
        titles={
            "zh-CN": f"照片仅 {size[0]}×{size[1]} 像素，短边至少 {wanted}，请重拍",
            "en": f"Only {size[0]}×{size[1]} pixels, {wanted} wanted on the shorter side",
        },
    )
