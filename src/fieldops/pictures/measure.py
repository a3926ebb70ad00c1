"""What is measured on the pixels of a picture: its difference hash, sharpness, light."""

from PIL import Image, ImageFilter, ImageStat

from fieldops.model.picture import Measures

GREY_PX = 512
"""The longer side at which sharpness is measured: cameras of all sizes compare."""
_HASH = (9, 8)
_HALF = 2
"""The Laplacian reaches ±1020; halved it fits a byte on either side, but for the sharpest 0.1 %."""
_BENT = (0, 1, 0, 1, -4, 1, 0, 1, 0)


def measure(upright: Image.Image) -> Measures:
    """Measure an upright picture of any mode."""
    grey = upright.convert("L")
    longer = max(grey.size)
    if longer > GREY_PX:
        size = tuple(max(1, round(side * GREY_PX / longer)) for side in grey.size)
        grey = grey.resize((size[0], size[1]), Image.Resampling.BOX)
    light = ImageStat.Stat(grey)
    return Measures(
        dhash=dhash(grey),
        sharpness=round(sharpness(grey), 2),
        brightness=round(light.mean[0], 2),
        contrast=round(light.stddev[0], 2),
    )


def dhash(grey: Image.Image) -> str:
    """The 64 bits that say where grey rises from left to right, on 9 × 8 pixels, row by row."""
    pixels = grey.resize(_HASH, Image.Resampling.BOX).tobytes()
    width, height = _HASH
    bits = 0
    for row in range(height):
        for at in range(row * width, row * width + width - 1):
            bits = bits << 1 | (pixels[at] < pixels[at + 1])
    return f"{bits:016x}"


def sharpness(grey: Image.Image) -> float:
    """The variance of the Laplacian, in grey levels squared; 0 for what has no inside."""
    width, height = grey.size
    if width < 3 or height < 3:
        return 0.0
    inside = (1, 1, width - 1, height - 1)
    rises, falls = (ImageStat.Stat(grey.filter(_kernel(sign)).crop(inside)) for sign in (1, -1))
    count = rises.count[0]
    mean = (rises.sum[0] - falls.sum[0]) / count
    return float(_HALF**2 * ((rises.sum2[0] + falls.sum2[0]) / count - mean**2))


def _kernel(sign: int) -> ImageFilter.Kernel:
    return ImageFilter.Kernel((3, 3), [sign * weight for weight in _BENT], scale=_HALF)
