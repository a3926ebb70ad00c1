"""One look at one photo: facts, measures, and both derivatives without a byte of metadata."""

import io
from typing import BinaryIO

from msgspec.structs import replace
from PIL import Image

from fieldops.model.picture import THUMB_PX, VIEW_PX, Picture
from fieldops.pictures import decode, exif
from fieldops.pictures.decode import Bounds, TooLarge
from fieldops.pictures.measure import measure
from fieldops.pictures.messages import Looked, Reason
from fieldops.pictures.sniff import Format, format_of, is_whole
from fieldops_sync.payloads import PictureFacts

_EXIF_BYTES_MAX = 16 * 1024 * 1024
_THUMB_QUALITY, _THUMB_EFFORT = 75, 3
_VIEW_QUALITY = 82


def look(file: BinaryIO, size_bytes: int, bounds: Bounds) -> Looked:
    """Look at a photo of so many bytes.  Never raises for what a picture does."""
    if not size_bytes:
        return undecodable("empty")
    format_ = format_of(file)
    if not format_:
        return undecodable("format")
    facts = PictureFacts("undecodable", format=format_)
    try:
        image = decode.open_picture(file, format_, bounds)
        facts = _facts(image, format_)
        upright = decode.pixels(image, facts.orientation, VIEW_PX)
    except TooLarge as error:
        width, height = error.size
        return undecodable("too-large", replace(facts, width=width, height=height))
    except MemoryError:
        return undecodable("out-of-memory", facts)
    except Exception:  # noqa: BLE001  # Decoders raise whatever they like; each means the same.
        is_damaged = is_whole(file, format_, size_bytes)
        return undecodable("damaged" if is_damaged else "truncated", facts)
    return _looked(replace(facts, verdict="decoded"), upright)


def undecodable(reason: Reason, facts: PictureFacts | None = None) -> Looked:
    """What stays as evidence without having been seen."""
    return Looked(Picture(replace(facts or PictureFacts("undecodable"), reason=reason)))


def _facts(image: Image.Image, format_: Format) -> PictureFacts:
    """What stands in the head; an HEIC's decoder turns it upright itself (ISO/IEC 23008-12)."""
    data = image.info.get("exif") or b""
    found = exif.read(data if len(data) <= _EXIF_BYTES_MAX else b"")
    return PictureFacts(
        "undecodable",
        format=format_,
        width=image.width,
        height=image.height,
        orientation=1 if format_ == "HEIC" else found.orientation,
        taken=found.taken,
        latitude=found.latitude,
        longitude=found.longitude,
        camera=found.camera,
    )


def _looked(facts: PictureFacts, upright: Image.Image) -> Looked:
    small = upright.resize(decode.fitted(upright.size, THUMB_PX), Image.Resampling.BICUBIC)
    thumb, view = io.BytesIO(), io.BytesIO()
    small.save(thumb, "WEBP", quality=_THUMB_QUALITY, method=_THUMB_EFFORT)
    upright.save(view, "JPEG", quality=_VIEW_QUALITY)
    picture = Picture(facts, measure(upright))
    return Looked(picture, thumb.getvalue(), view.getvalue())
