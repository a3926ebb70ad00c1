"""The demo's camera: files like a tablet's, and one's own left as they are."""

import builtins
import hashlib
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from PIL import Image, ImageOps

from fieldops.cli.demo_camera import (
    HEIGHT_PX,
    WIDTH_PX,
    NoPictures,
    Shot,
    own_files,
    own_pictures,
    take_pictures,
)

TAKEN = datetime(2026, 11, 21, 17, 40, 5, tzinfo=ZoneInfo("Asia/Shanghai"))


def shot(number: int, latitude: str = "30.6598", longitude: str = "104.0633") -> Shot:
    return Shot(number, number, "Pump 2", TAKEN, Decimal(latitude), Decimal(longitude))


def test_pictures_are_large_different_and_hashed(tmp_path):
    told = []
    pictures = take_pictures([shot(n) for n in range(5)], tmp_path, lambda: told.append(1))
    assert len(told) == len({picture.sha256 for picture in pictures}) == 5
    for picture in pictures:
        assert 2_000_000 <= picture.size_bytes <= 5_000_000
        assert picture.sha256 == hashlib.sha256(picture.path.read_bytes()).hexdigest()
        assert picture.mime == "image/jpeg"


def test_exif_tells_camera_time_place_and_orientation(tmp_path):
    places = [shot(1), shot(2, "-33.8688", "-70.6693")]
    north, south = take_pictures(places, tmp_path, lambda: None)
    exif = Image.open(north.path).getexif()
    assert (exif[0x010F], exif[0x0110]) == ("fieldops", "Demo tablet A-01")
    assert exif[0x0112] == 6
    assert exif.get_ifd(0x8769)[0x9003] == "2026:11:21 17:40:05"
    assert exif.get_ifd(0x8769)[0x9011] == "+08:00"
    gps = exif.get_ifd(0x8825)
    assert (gps[1], gps[2], gps[3]) == ("N", (30.0, 39.0, 35.28), "E")
    gps = Image.open(south.path).getexif().get_ifd(0x8825)
    assert (gps[1], gps[2], gps[3]) == ("S", (33.0, 52.0, 7.68), "W")


def test_captions_stand_at_the_foot_however_the_tablet_was_held(tmp_path):
    for picture in take_pictures([shot(n) for n in (0, 1, 3, 4)], tmp_path, lambda: None):
        sensor = Image.open(picture.path)
        assert sensor.size == (WIDTH_PX, HEIGHT_PX)
        upright = ImageOps.exif_transpose(sensor).convert("L")
        foot = upright.crop((160, upright.height - 368, 1400, upright.height - 100))
        head = upright.crop((160, 100, 1400, 368))
        assert white(foot) > 5 * white(head)


def white(picture: Image.Image) -> int:
    return 1 + sum(picture.histogram()[250:])


def test_own_pictures_are_copied_as_they_are_damaged_ones_too(tmp_path):
    source = tmp_path / "source"
    source.mkdir()
    (source / "broken.JPG").write_bytes(b"\xff\xd8 not a picture any more")
    (source / "phone.heic").write_bytes(b"ftypheic")
    (source / "phone (copy).heic").write_bytes(b"ftypheic")
    (source / "README.md").write_text("not a picture")
    broken, phone = own_pictures(own_files(source), tmp_path / "camera")
    assert broken.path.read_bytes() == (source / "broken.JPG").read_bytes()
    assert (broken.mime, phone.mime) == ("image/jpeg", "image/heic")


def test_a_folder_without_pictures_is_named(tmp_path):
    with pytest.raises(NoPictures, match=str(tmp_path)):
        own_files(tmp_path)


def test_without_pillow_the_extra_is_named(tmp_path, monkeypatch):
    def missing(name, *rest, **more):
        if name == "PIL":
            raise ImportError(name)
        return original(name, *rest, **more)

    original = builtins.__import__
    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(NoPictures, match="fieldops\\[demo\\]"):
        take_pictures([shot(1)], Path(tmp_path), lambda: None)
