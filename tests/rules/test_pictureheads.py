"""The size of a picture by its head, against what Pillow writes, and files that are none."""

from io import BytesIO

import pytest
from PIL import Image

from fieldops import picture_size


def written(form: str, size: tuple[int, int], **options: object) -> bytes:
    file = BytesIO()
    Image.new("RGB", size).save(file, form, **options)
    return file.getvalue()


@pytest.mark.parametrize(
    ("form", "options"), [("JPEG", {}), ("JPEG", {"progressive": True}), ("PNG", {})]
)
def test_size_is_that_of_the_picture(form: str, options: dict[str, object]) -> None:
    assert picture_size(BytesIO(written(form, (321, 123), **options))) == (321, 123)


def test_size_stands_behind_long_segments_too() -> None:
    exif = Image.Exif()
    exif[0x010E] = "x" * 60_000
    assert picture_size(BytesIO(written("JPEG", (64, 48), exif=exif))) == (64, 48)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"GIF89a" + bytes(30),
        b"\xff\xd8\xff",
        b"\xff\xd8" + bytes(30),
        b"\x89PNG\r\n\x1a\n" + bytes(16),
        b"\xff\xd8" + b"\xff\xe1\x00\x02" * 400,
        b"\xff\xd8\xff\xc0\x00\x11\x08\x00\x00\x00\x00\x03\x01",
    ],
    ids=["nothing", "GIF", "cut", "zeros", "PNG-of-nothing", "segments", "JPEG-of-nothing"],
)
def test_what_is_no_picture_has_no_size(body: bytes) -> None:
    assert picture_size(BytesIO(body)) is None


def test_damaged_head_ends_the_search() -> None:
    assert picture_size(BytesIO(written("JPEG", (64, 48))[:40])) is None
