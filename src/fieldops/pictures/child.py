"""The process that decodes: ``fieldops.pictures.child PARENT FILE MEMORY_MB PIXELS BUDGET_S``.

FILE is the number of an inherited descriptor: a file, open for reading, into which the worker puts
one photo after another.  It answers until its input ends, and writes no file.
"""

import gc
import io
import os
import sys
import warnings
from collections.abc import Callable
from typing import BinaryIO

import PIL.BmpImagePlugin
import PIL.GifImagePlugin
import PIL.PpmImagePlugin
import PIL.TiffImagePlugin
from PIL import Image, ImageCms

from fieldops import limits, process
from fieldops.pictures import jail, messages
from fieldops.pictures.decode import Bounds
from fieldops.pictures.look import look
from fieldops.pictures.messages import Ready
from fieldops.pictures.sniff import FORMATS

# Pillow imports these when it saves, or meets EXIF, for the first time; no file can be opened then.
_LATER = (PIL.BmpImagePlugin, PIL.GifImagePlugin, PIL.PpmImagePlugin, PIL.TiffImagePlugin)


def warm_up(bounds: Bounds) -> None:
    """Use everything once that libraries load when they first need it."""
    tiny = Image.new("RGBA", (8, 8), "red")
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("XYZ"))
    for format_ in ("PNG", "WEBP"):
        made = io.BytesIO()
        tiny.save(made, format_, icc_profile=profile.tobytes())
        look(made, len(made.getvalue()), bounds)
    made = io.BytesIO()
    tiny.convert("RGB").save(made, "JPEG", icc_profile=profile.tobytes())
    look(made, len(made.getvalue()), bounds)
    cut = io.BytesIO(b"\0\0\0\x18ftypheic" + bytes(12))
    look(cut, 24, bounds)


def serve(
    open_photo: Callable[[], BinaryIO],
    bounds: Bounds,
    receive: Callable[[], bytes | None],
    send: Callable[[bytes], None],
    begin: Callable[[], None],
) -> None:
    """Look at photos until the input ends; ``begin`` is called before each."""
    while (order := receive()) is not None:
        size_bytes = messages.read_look(order).size_bytes
        begin()
        # A file object each time: what an old one has buffered is another photo.
        with open_photo() as file:
            send(messages.encode(look(file, size_bytes, bounds)))
        gc.collect()


def main(arguments: list[str]) -> None:
    """Close the jail and serve."""
    parent, descriptor, memory_mb, pixels, budget_s = map(int, arguments)
    channel = limits.take_stdout()
    # What Pillow thinks of a bad picture is no news for the operator's log.
    warnings.simplefilter("ignore")
    bounds = Bounds(pixels, memory_mb)
    warm_up(bounds)
    taken = jail.close(parent, memory_mb)
    process.send_frame(channel, messages.encode(Ready(taken, FORMATS)))
    serve(
        lambda: os.fdopen(os.dup(descriptor), "rb"),
        bounds,
        lambda: process.read_frame(0),
        lambda answer: process.send_frame(channel, answer),
        lambda: jail.begin_photo(budget_s),
    )
    # Not by way of the interpreter's end, which would want to open files.
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1:])
