"""Pictures made by the tests, small enough to be made in passing."""

import io
from typing import Any

from PIL import Image

RED, GREEN, BLUE, WHITE = (220, 20, 20), (20, 200, 20), (20, 20, 220), (250, 250, 250)


def scene(width: int = 640, height: int = 480, seed: int = 1) -> Image.Image:
    """Something like a photo: soft shapes, no two seeds alike."""
    wide, high = max(1, width // 16), max(1, height // 16)
    return Image.merge(
        "RGB",
        [
            Image.effect_noise((wide, high), 40 + 30 * band)
            .rotate(90 * seed + 90 * band)
            .resize((width, height))
            for band in range(3)
        ],
    )


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
