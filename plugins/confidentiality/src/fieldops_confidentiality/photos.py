"""Photos that should not have been taken: a picture of a secret is a copy of it."""

from collections.abc import Iterator

from fieldops import Item, PhotoNote, PhotoView, hookimpl


@hookimpl
def check_photo(photo: PhotoView, item: Item | None) -> tuple[PhotoNote, ...]:
    """Notes by what the photo belongs to and what is written below it; no bytes are read."""
    return tuple(_notes(photo, item))


def _notes(photo: PhotoView, item: Item | None) -> Iterator[PhotoNote]:
    if item is not None and item.photos.max_count == 0:
        yield PhotoNote(
            rule="not-wanted",
            severity="major",
            titles={
                "zh-CN": "该项不得拍照，照片即是复制；请作废此照片",
                "en": "This item must not be photographed, a picture copies it: void the photo",
            },
        )
    if item is None and photo.role != "signature":
        yield PhotoNote(
            rule="unplaced",
            titles={
                "zh-CN": "照片未归到检查项，说不明必要性；请归项或作废",
                "en": "Belongs to no item, so nobody knows what it is needed for: file or void it",
            },
        )
    if photo.personal:
        yield PhotoNote(
            rule="personal-in-caption",
            severity="major",
            titles={
                "zh-CN": "照片说明含个人信息，请改写",
                "en": "The caption holds personal information: rewrite it without",
            },
        )
