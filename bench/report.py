"""A monthly report that shows a hundred photos, as PDF, in a process of its own.

``python -m bench.report PHOTOS`` is that process.  Reading the month is not in it; the photos are
pictures of 1600 × 1067, as the server keeps them to be looked at.
"""

import io
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace
from PIL import Image
from tests.gallery import jpeg
from tests.report.reported import picked, report

from bench import meter
from bench.plan import Plan
from bench.rows import Aim, Row, Sample, row
from fieldops.report.outline import outline

_PROMISED = Aim("s for the PDF, wall", "the 5 s that were promised", "at most", 1.0)
_MOST_S = 5.0


class Made(Struct):
    """What the other process tells."""

    wall_s: float
    rss_mb: float
    shown: int


def measure_report(name: str, plan: Plan, folder: Path) -> list[Row]:  # noqa: ARG001
    """Seconds until the PDF is there, typst's start included."""
    samples = []
    for _ in range(plan.runs):
        command = [sys.executable, "-m", "bench.report", str(plan.reported)]
        done = subprocess.run(command, check=True, capture_output=True)
        made = msgspec.json.decode(done.stdout, type=Made)
        if made.shown != plan.reported:
            raise RuntimeError(f"{made.shown} photos were shown of {plan.reported}")
        samples.append(Sample(made.wall_s, _MOST_S, made.rss_mb))
    return [row(name, _PROMISED, samples)]


def _run(count: int) -> Made:
    photos = tuple(_view(number) for number in range(count))
    month = report()
    month = replace(month, worst=(), best=tuple(picked(number, False) for number in range(count)))
    asked: set[str] = set()

    def get(sha256: str) -> bytes:
        asked.add(sha256)
        return photos[int(sha256, 16)]

    begin_s = time.perf_counter()
    from fieldops.report.pdf import render

    content: Any = render(outline(month, "zh-CN"), get)
    wall_s = time.perf_counter() - begin_s
    # Each photo's own bytes stand in the file: typst takes a JPEG as it is.
    shown = sum(_inside(one) in content for one in photos)
    assert len(asked) == count, "every photo is asked for"
    return Made(wall_s, meter.peak_rss_mb(os.getpid()), shown)


def _view(number: int) -> bytes:
    """A derivative to be looked at: no EXIF, as the server makes them."""
    out = io.BytesIO()
    with Image.open(io.BytesIO(jpeg(number, 1600, 1067))) as image:
        image.save(out, "JPEG", quality=82)
    return out.getvalue()


def _inside(photo: bytes) -> bytes:
    """Some bytes from the middle of a picture, which no other has."""
    middle = len(photo) // 2
    return photo[middle : middle + 64]


if __name__ == "__main__":
    sys.stdout.buffer.write(msgspec.json.encode(_run(int(sys.argv[1]))))
