"""Evidence of real pictures: copies are found by the hash of their pixels, other scenes are not."""

import io
import random
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import pi_heif
import pytest
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageOps
from tests.flow.judging import Judging, digest, judging

from fieldops.flow.pictures import PictureReader
from fieldops.model.picture import Measures
from fieldops.pictures.box import Box
from fieldops.pictures.measure import measure
from fieldops.settings import EvidenceSettings

PHOTOS = Path(__file__).parents[3] / "shared" / "data" / "photos"
SAME_SCENE = ({"landscape_1.jpg", "landscape_6.jpg"}, {"portrait_3.jpg", "portrait_8.jpg"})
"""Pictures of that folder which show one scene, turned."""
SCALE = EvidenceSettings()


def scene(seed: int, width: int = 1600, height: int = 1200) -> Image.Image:
    """A made-up room: a floor, a wall, things in it; every seed another, always the same."""
    draw = random.Random(seed)
    picture = Image.new("RGB", (width, height), _colour(draw))
    brush = ImageDraw.Draw(picture)
    brush.rectangle((0, height * draw.random(), width, height), _colour(draw))
    for _ in range(40):
        left, top = draw.random() * width, draw.random() * height
        box = (left, top, left + draw.random() * width / 2, top + draw.random() * height / 2)
        (brush.rectangle if draw.random() < 0.6 else brush.ellipse)(box, _colour(draw))
    return picture


def _colour(draw: random.Random) -> tuple[int, int, int]:
    return draw.randrange(256), draw.randrange(256), draw.randrange(256)


def jpeg(picture: Image.Image, quality: int = 85, **more: object) -> bytes:
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=quality, **more)
    return file.getvalue()


def recompressed(picture: Image.Image, quality: int) -> Image.Image:
    return Image.open(io.BytesIO(jpeg(picture, quality))).convert("RGB")


def copies(picture: Image.Image) -> dict[str, Image.Image]:
    """What becomes of a picture that is sent on, shrunk or filtered."""
    wide, high = picture.size
    return {
        "quality 40": recompressed(picture, 40),
        "quality 10": recompressed(picture, 10),
        "half the size": picture.resize((wide // 2, high // 2)),
        "320 px": picture.resize((320, 320 * high // wide)),
        "brighter": ImageEnhance.Brightness(picture).enhance(1.2),
        "less contrast": ImageEnhance.Contrast(picture).enhance(0.8),
        "softened": picture.filter(ImageFilter.GaussianBlur(wide / 400)),
    }


def apart(one: Measures, other: Measures) -> int:
    return (int(one.dhash, 16) ^ int(other.dhash, 16)).bit_count()


@pytest.mark.unmeasured
def test_copies_of_made_up_scenes_are_near_and_other_scenes_are_not():
    scenes = [scene(seed) for seed in range(24)]
    seen = [measure(one) for one in scenes]
    for picture, measures in zip(scenes[:12], seen, strict=False):
        far = {name: apart(measures, measure(copy)) for name, copy in copies(picture).items()}
        assert max(far.values()) <= SCALE.near_bits, far
        assert measures.sharpness >= SCALE.blur_below
        soft = measure(picture.filter(ImageFilter.GaussianBlur(picture.width / 80)))
        assert soft.sharpness < SCALE.blur_below
    others = [apart(one, other) for one, other in combinations(seen, 2)]
    assert min(others) > SCALE.near_bits, sorted(others)[:5]


def photographs() -> dict[str, Image.Image]:
    """The real photos of that folder, where there is one; the truncated one is left out."""
    pi_heif.register_heif_opener()
    found = {}
    for file in sorted(PHOTOS.glob("*.*")):
        if file.suffix != ".md" and file.name != "corrupted.jpg":
            found[file.name] = ImageOps.exif_transpose(Image.open(file)).convert("RGB")
            found[file.name].thumbnail((1200, 1200))
    return found


if PHOTOS.is_dir():

    def test_copies_of_real_photos_are_near_and_other_photos_are_not():
        pictures = photographs()
        seen = {name: measure(picture) for name, picture in pictures.items()}
        assert len(seen) > 10
        for name, picture in pictures.items():
            far = {how: apart(seen[name], measure(one)) for how, one in copies(picture).items()}
            assert max(far.values()) <= SCALE.near_bits, (name, far)
            assert seen[name].sharpness >= SCALE.blur_below, name
        for one, other in combinations(seen, 2):
            near = apart(seen[one], seen[other]) <= SCALE.near_bits
            assert near == ({one, other} in SAME_SCENE), (one, other)


@pytest.fixture
def desk(database_url: str, tmp_path: Path) -> Iterator[Judging]:
    with judging(database_url, tmp_path) as made:
        yield made


def test_a_real_jpeg_used_again_is_noted_all_the_way(desk: Judging):
    """From the tablet's op over the picture worker to the note in the record."""
    exif = Image.Exif()
    exif[0x0110] = "Model"
    picture = scene(3)
    first = jpeg(picture, exif=exif)
    used = jpeg(picture.resize((800, 600)), 50)
    other = jpeg(scene(4), exif=exif)
    blank = jpeg(Image.new("RGB", (640, 480), (8, 8, 8)))
    broken = first[:20_000]
    files = {"first": first, "used": used, "other": other, "blank": blank, "broken": broken}
    photos = {name: desk.attach(data, item=name) for name, data in files.items()}
    box = Box()
    try:
        looking = PictureReader(box.look, desk.server.core.blobs)
        for data in files.values():
            name = digest(data)
            desk.server.core.blobs.put(name, io.BytesIO(data), len(data))
            desk.store(data)
        desk.judge(looking)
    finally:
        box.close()
    desk.judge()
    assert desk.codes(*photos.values()) == [
        [],
        ["near-duplicate", "no-exif"],
        [],
        ["too-dark", "no-exif"],
        ["undecodable"],
    ]
    note = desk.notes(photos["used"])["near-duplicate"]
    assert note["evidence"]["photo"] == str(photos["first"])
    assert int(note["evidence"]["bits"]) <= SCALE.near_bits
