"""The demo's camera: JPEG files of 2 to 5 MB as a tablet writes them, each different, with EXIF.

A picture is coarse light and shade under sensor noise, with its caption drawn in; the noise makes
it as large as a real one.  Tags follow CIPA DC-008 (Exif 2.32).  Pillow is asked for only here: it
belongs to the extra ``demo``.
"""

import hashlib
import os
import shutil
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from fieldops.cli.language import tr

if TYPE_CHECKING:
    from PIL.Image import Exif, Image

WIDTH_PX, HEIGHT_PX = 3264, 2448
"""An 8-megapixel sensor, as in many tablets."""
_QUALITY = 85
_NOISE = (0.25, 0.40, 0.55, 0.70, 0.85)
"""Shares of noise, taken in turn."""
_HELD = ((1, 0), (6, 270), (1, 0), (3, 180), (8, 90))
"""How the tablet was held, taken in turn: Exif tag 0x0112, and by how many degrees to the left that
turns the sensor's picture upright."""

_MAKE, _MODEL, _SOFTWARE = "fieldops", "Demo tablet A-01", "fieldops demo"
_IFD_EXIF, _IFD_GPS = 0x8769, 0x8825
OWN = "own"
"""The folder, beside the camera's files, for one's own pictures."""
_MIMES = {
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".heic": "image/heic",
    ".heif": "image/heif",
}


class NoPictures(ValueError):
    """The folder of one's own pictures holds none, or Pillow is not installed."""


class Shot(Struct, frozen=True):
    """What to photograph: ``caption`` is drawn into it, the place is WGS 84 degrees.

    Shots of one ``scene`` look alike.
    """

    number: int
    scene: int
    caption: str
    taken: datetime
    latitude: Decimal
    longitude: Decimal


class Picture(Struct, frozen=True):
    """A file as the camera wrote it; ``sha256`` is of what was written, in hexadecimal."""

    path: Path
    sha256: str
    size_bytes: int
    mime: str


def own_files(source: Path) -> list[Path]:
    """The JPEG and HEIC files of a folder, by name; raises NoPictures if there are none."""
    files = sorted(path for path in source.iterdir() if path.suffix.lower() in _MIMES)
    if not files:
        raise NoPictures(
            tr(
                f"{source} 中没有 .jpg、.jpeg、.heic、.heif 文件",
                f"{source} holds no .jpg, .jpeg, .heic or .heif file",
            )
        )
    return files


def own_pictures(files: Sequence[Path], folder: Path) -> list[Picture]:
    """Copy files, whatever is in them, as if just taken; the same bytes are one picture.

    A damaged file is evidence like any other: it must arrive byte for byte.
    """
    folder.mkdir(parents=True, exist_ok=True)
    pictures = [_picture(Path(shutil.copy(path, folder / path.name))) for path in files]
    return list({picture.sha256: picture for picture in pictures}.values())


def take_pictures(shots: Sequence[Shot], folder: Path, taken: Callable[[], None]) -> list[Picture]:
    """Take the shots, telling ``taken`` after each; raises NoPictures without Pillow."""
    try:
        from PIL import Image
    except ImportError as error:
        need = "pip install 'fieldops[demo]'"
        what = tr(f"演示用 Pillow 画照片：{need}", f"the demo draws with Pillow: {need}")
        raise NoPictures(what) from error
    folder.mkdir(parents=True, exist_ok=True)
    half = (WIDTH_PX // 2, HEIGHT_PX // 2)
    noise = Image.frombytes("L", half, os.urandom(half[0] * half[1]))
    base = noise.resize((WIDTH_PX, HEIGHT_PX))
    # A coarse pattern for each scene, so that no two of them look alike to a check for copies.
    lights = {shot.scene: os.urandom(48) for shot in shots}

    def take(shot: Shot) -> Picture:
        path = folder / f"IMG_{shot.number:04d}.jpg"
        _scene(shot, lights[shot.scene], base).save(
            path, "JPEG", quality=_QUALITY, exif=_exif(shot)
        )
        taken()
        return _picture(path)

    with ThreadPoolExecutor(os.cpu_count() or 1, "camera") as pool:
        return list(pool.map(take, shots))


def _scene(shot: Shot, pattern: bytes, noise: "Image") -> "Image":
    from PIL import Image, ImageChops, ImageDraw, ImageFont

    light = Image.frombytes("L", (8, 6), pattern).resize((WIDTH_PX, HEIGHT_PX))
    moved = ImageChops.offset(noise, 131 * shot.number, 67 * shot.number)
    grey = Image.blend(light, moved, _NOISE[shot.number % len(_NOISE)])
    scene = Image.merge("RGB", (grey, grey, light))
    _, turn = _held(shot)
    upright = scene.rotate(turn, expand=True)
    lines = f"{shot.caption}\n{shot.taken:%Y-%m-%d %H:%M:%S}  IMG_{shot.number:04d}"
    place = (160, upright.height - 368)
    ImageDraw.Draw(upright).text(place, lines, font=ImageFont.load_default(110), fill="white")
    return upright.rotate(-turn, expand=True)


def _held(shot: Shot) -> tuple[int, int]:
    return _HELD[shot.number % len(_HELD)]


def _exif(shot: Shot) -> "Exif":
    from PIL import Image

    exif = Image.Exif()
    exif[0x010F], exif[0x0110], exif[0x0131] = _MAKE, _MODEL, _SOFTWARE
    exif[0x0112], _ = _held(shot)
    exif[0x0132] = f"{shot.taken:%Y:%m:%d %H:%M:%S}"
    offset = f"{shot.taken:%z}"
    exif.get_ifd(_IFD_EXIF).update(
        {0x9003: exif[0x0132], 0x9011: f"{offset[:3]}:{offset[3:]}", 0xA432: (4.3, 4.3, 1.8, 1.8)}
    )
    exif.get_ifd(_IFD_GPS).update(
        {
            1: "N" if shot.latitude >= 0 else "S",
            2: _degrees(shot.latitude),
            3: "E" if shot.longitude >= 0 else "W",
            4: _degrees(shot.longitude),
        }
    )
    return exif


def _degrees(value: Decimal) -> tuple[float, float, float]:
    """Degrees, minutes and seconds, as Exif keeps coordinates."""
    minutes, seconds = divmod(abs(value) * 3600, 60)
    return float(minutes // 60), float(minutes % 60), float(round(seconds, 2))


def _picture(path: Path) -> Picture:
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return Picture(path, sha256, path.stat().st_size, _MIMES[path.suffix.lower()])
