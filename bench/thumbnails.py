"""Looking at photos of 12 MP: facts, measures, both derivatives, in the jailed process."""

import io
import random
import time
from collections.abc import Callable
from pathlib import Path

from PIL import Image

from bench import meter
from bench.plan import Plan
from bench.rows import Aim, Row, Sample, row
from fieldops.model.picture import THUMB_PX, VIEW_PX
from fieldops.pictures.box import Box

_SIZE = (4000, 3000)
_GRAIN = 4
"""Noise of a quarter of the size, enlarged: about the 4 MB that a phone makes of such a photo."""
PROMISED = Aim("photos/CPU-s", "the 4 photos a second and core that were promised", "at least", 1)
BESIDE = Aim("photos/CPU-s", "Pillow doing both derivatives in one process", "at least", 0.6)


def measure_thumbnails(name: str, plan: Plan, folder: Path) -> list[Row]:  # noqa: ARG001
    """Two rows: against what was promised, and against Pillow without jail, facts or measures."""
    photo = make_photo()
    ours, beside = [], []
    for _ in range(plan.runs):
        rate, rss_mb = _box_rate(photo, plan.looks)
        floor = _rate(lambda: _plain(photo), plan.looks, time.process_time)
        ours.append(Sample(rate, 4.0, rss_mb))
        beside.append(Sample(rate, floor, rss_mb))
    return [row(name, PROMISED, ours), row(f"{name}-pillow", BESIDE, beside)]


def make_photo() -> bytes:
    """A JPEG of 12 MP."""
    small = (_SIZE[0] // _GRAIN, _SIZE[1] // _GRAIN)
    noise = random.Random(1).randbytes(3 * small[0] * small[1])
    out = io.BytesIO()
    Image.frombytes("RGB", small, noise).resize(_SIZE).save(out, "JPEG", quality=85)
    return out.getvalue()


def _box_rate(photo: bytes, photos: int) -> tuple[float, float]:
    """Photos a CPU-second of both processes, and the peak memory of the jailed one."""
    box = Box()
    try:
        box.start()
        assert box.pid is not None
        child_s = meter.tree_cpu(box.pid)

        def look() -> None:
            found = box.look(io.BytesIO(photo), len(photo))
            assert found.picture.facts.verdict == "decoded"

        look()
        rate = _rate(look, photos, lambda: child_s() + time.process_time())
        return rate, meter.peak_rss_mb(box.pid)
    finally:
        box.close()


def _rate(job: Callable[[], None], times: int, cpu_s: Callable[[], float]) -> float:
    before_s = cpu_s()
    for _ in range(times):
        job()
    return times / (cpu_s() - before_s)


def _plain(photo: bytes) -> None:
    """What anybody would write: decoded at a fraction, shrunk twice, saved twice."""
    with Image.open(io.BytesIO(photo)) as image:
        image.draft("RGB", (VIEW_PX, VIEW_PX * _SIZE[1] // _SIZE[0]))
        image.thumbnail((VIEW_PX, VIEW_PX))
        image.save(io.BytesIO(), "JPEG", quality=82)
        image.thumbnail((THUMB_PX, THUMB_PX))
        image.save(io.BytesIO(), "WEBP", quality=75)
