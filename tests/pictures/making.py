"""Pictures made by the tests, small enough to be made in passing."""

import io
import random
from typing import Any

from PIL import Image

RED, GREEN, BLUE, WHITE = (220, 20, 20), (20, 200, 20), (20, 20, 220), (250, 250, 250)


def scene(width: int = 640, height: int = 480, seed: int = 1) -> Image.Image:
    """Something like a photo: soft shapes, the same for the same seed everywhere."""
    wide, high = max(1, width // 16), max(1, height // 16)
    noise = random.Random(seed).randbytes(3 * wide * high)
    return Image.frombytes("RGB", (wide, high), noise).resize((width, height))


def quarters(width: int = 400, height: int = 300) -> Image.Image:
    """Red, green, blue and white, by quarters from the upper left: shows how it was turned."""
    image = Image.new("RGB", (width, height), RED)
    half = (width // 2, height // 2)
    image.paste(GREEN, (half[0], 0, width, half[1]))
    image.paste(BLUE, (0, half[1], half[0], height))
    image.paste(WHITE, (half[0], half[1], width, height))
    return image


def saved(image: Image.Image, format_: str, **more: Any) -> bytes:
    """The bytes of an image in a format."""
    out = io.BytesIO()
    image.save(out, format_, **more)
    return out.getvalue()


def jpeg(image: Image.Image | None = None, **more: Any) -> bytes:
    return saved(image or scene(), "JPEG", **more)


def exif(orientation: int = 1) -> bytes:
    """EXIF as a phone writes it: make, model, time, place; and a secret that must not get out."""
    data = Image.Exif()
    data[0x010F], data[0x0110], data[0x0112] = "FIELDCAM", "F-1", orientation
    data[0x013B] = SECRET
    shot = data.get_ifd(0x8769)
    shot[0x9003], shot[0x9011], shot[0x9291] = "2026:11:21 14:03:09", "+08:00", "25"
    shot[0x927C] = SECRET.encode() * 100
    gps = data.get_ifd(0x8825)
    gps[1], gps[2] = "N", (31.0, 14.0, 9.6)
    gps[3], gps[4] = "E", (121.0, 28.0, 12.0)
    return data.tobytes()


SECRET = "13800000000"
"""A telephone number in the metadata: no derivative may carry it."""
