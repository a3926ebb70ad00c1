"""From a file to pixels: opened by one of four decoders, shrunk early, upright, in sRGB.

The decoders of the allowlist are called by name; Pillow's registry of plugins is never asked.  Of
files with several pictures (animations, bursts, depth maps) the first or primary one is taken.
"""

import io
from collections.abc import Callable
from typing import BinaryIO, cast

import pi_heif
from msgspec import Struct
from PIL import Image, ImageCms
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile

from fieldops.pictures.sniff import Format, webp_size

BASE_BYTES = 80 * 1024 * 1024
"""The address space of the process itself (56 MB, measured) and of both derivatives."""
PIXEL_BYTES: dict[Format, int] = {"JPEG": 7, "PNG": 5, "WEBP": 17, "HEIC": 9}
"""What a decoder takes for a pixel, measured: a progressive JPEG keeps three coefficients of two
bytes, a PNG four bytes, a WEBP two canvases, a copy and the pixels, an HEIC planes and copies.

With 512 MB that is 64, 64, 26 and 50 million pixels.
"""
_STRIP_ROWS = 256
_PROFILE_BYTES_MAX = 1024 * 1024
_ALPHA = ("RGBA", "LA", "PA")
_SPACES = {"L": "GRAY", "RGB": "RGB", "CMYK": "CMYK"}
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""How a picture is turned upright, by its orientation (Exif 2.32, tag 0x0112)."""
# Decoding on several cores would hide its cost from the budget, and take arenas of memory.
pi_heif.options.DECODE_THREADS = 1
pi_heif.options.DEPTH_IMAGES = pi_heif.options.AUX_IMAGES = pi_heif.options.THUMBNAILS = False

_OPENERS: dict[Format, Callable[[BinaryIO], Image.Image]] = {
    "JPEG": JpegImageFile,
    "PNG": PngImageFile,
    "WEBP": WebPImageFile,
    "HEIC": pi_heif.HeifImageFile,
}


class TooLarge(Exception):
    """The picture has more pixels than are decoded; ``size`` is its width and height."""

    def __init__(self, size: tuple[int, int]) -> None:
        super().__init__(size)
        self.size = size


class Bounds(Struct, frozen=True):
    """What may be decoded: pixels, as far as the memory in MB suffices for them."""

    pixels: int = 64_000_000
    memory_mb: int = 512

    def pixels_of(self, format_: Format) -> int:
        """The largest picture of a format that is decoded, in pixels."""
        left = self.memory_mb * 1024 * 1024 - BASE_BYTES
        return max(0, min(self.pixels, left // PIXEL_BYTES[format_]))


def open_picture(file: BinaryIO, format_: Format, bounds: Bounds) -> Image.Image:
    """Read the head of a picture; raises ``TooLarge``, and anything for a bad one."""
    if format_ == "WEBP":
        # Its decoder makes room for the whole canvas before it tells the size.
        _check(webp_size(file), format_, bounds)
    image = _OPENERS[format_](file)
    _check(image.size, format_, bounds)
    return image


def _check(size: tuple[int, int], format_: Format, bounds: Bounds) -> None:
    if size[0] * size[1] > bounds.pixels_of(format_):
        raise TooLarge(size)


def fitted(size: tuple[int, int], longer_px: int) -> tuple[int, int]:
    """A size within ``longer_px``, in the same proportion and never larger than it was."""
    scale = min(1.0, longer_px / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def pixels(image: Image.Image, orientation: int, longer_px: int) -> Image.Image:
    """The picture upright, in sRGB, its longer side at most ``longer_px``; nothing but pixels."""
    profile = cast(bytes, image.info.get("icc_profile") or b"")
    wanted = fitted(image.size, longer_px)
    image.draft(None, wanted)  # None leaves the mode as it is.
    small = _shrunk(image, wanted)
    small.info.clear()
    turned = small.transpose(_TURNS[orientation]) if orientation in _TURNS else small
    return _in_srgb(turned, profile)


def _shrunk(image: Image.Image, wanted: tuple[int, int]) -> Image.Image:
    """Load and shrink, by whole numbers strip by strip first: no second full copy is made."""
    image.load()
    factor = min(image.width // wanted[0], image.height // wanted[1])
    if factor >= 2:
        size = (-(-image.width // factor), -(-image.height // factor))
        small: Image.Image | None = None
        rows = _STRIP_ROWS // factor * factor or factor
        for top in range(0, image.height, rows):
            bottom = min(top + rows, image.height)
            strip = _flat(image.crop((0, top, image.width, bottom))).reduce(factor)
            small = small or Image.new(strip.mode, size)
            small.paste(strip, (0, top // factor))
        assert small is not None, "a picture has rows"
    else:
        small = _flat(image)
    if small.size == wanted:
        return small.copy() if small is image else small
    return small.resize(wanted, Image.Resampling.BICUBIC)


def _flat(image: Image.Image) -> Image.Image:
    """Grey, RGB or CMYK of eight bits a channel; what is transparent lies on white."""
    if image.mode in _SPACES:
        return image
    if image.mode in _ALPHA or "transparency" in image.info:
        whole = image.convert("RGBA")
        white = Image.new("RGB", image.size, "white")
        white.paste(whole, mask=whole.getchannel("A"))
        return white
    if image.mode.startswith("I;16"):
        return image.point(lambda level: level * (1 / 256)).convert("L")
    return image.convert("L" if image.mode in ("1", "I", "F") else "RGB")


def _in_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    """The colours as a browser shows them; a profile that is no good is as none."""
    if profile and len(profile) <= _PROFILE_BYTES_MAX:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            space = source.profile.xcolor_space.strip()
            is_srgb = "sRGB" in (source.profile.profile_description or "")
            if space == _SPACES[image.mode] and not is_srgb:
                done = ImageCms.profileToProfile(
                    image, source, ImageCms.createProfile("sRGB"), outputMode="RGB"
                )
                return cast(Image.Image, done)
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            return image.convert("RGB")
    return image.convert("RGB")
