"""One look: facts, upright derivatives in sRGB, measures."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageCms, ImageFilter
from tests.pictures import clean
from tests.pictures.listing import heic
from tests.pictures.making import (
    BLUE,
    GREEN,
    RED,
    SECRET,
    WHITE,
    exif,
    jpeg,
    quarters,
    saved,
    scene,
)

from fieldops.pictures.decode import Bounds, fitted
from fieldops.pictures.look import look
from fieldops.pictures.messages import Looked


def looked(data: bytes, bounds: Bounds = Bounds()) -> Looked:  # noqa: B008 - frozen
    return look(io.BytesIO(data), len(data), bounds)


def corners(data: bytes) -> list[tuple[int, ...]]:
    """The colours near the corners: upper left, upper right, lower left, lower right."""
    image = Image.open(io.BytesIO(data)).convert("RGB")
    wide, high = image.size
    places = [(wide // 8, high // 8), (wide * 7 // 8, high // 8)]
    places += [(x, high - y) for x, y in places]
    return [image.getpixel(place) for place in places]  # type: ignore[misc]


def alike(found: tuple[int, ...], wanted: tuple[int, ...], by: int = 24) -> bool:
    return all(abs(one - other) <= by for one, other in zip(found, wanted, strict=True))


BEFORE = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}
"""How an upright picture lies in a file that says so: the inverse of what makes it upright."""


@pytest.mark.parametrize("orientation", BEFORE)
@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP"])
def test_derivatives_are_upright(orientation: int, format_: str):
    turn = BEFORE[orientation]
    lying = quarters() if turn is None else quarters().transpose(turn)
    found = looked(saved(lying, format_, exif=exif(orientation)))
    facts = found.picture.facts
    assert (facts.width, facts.height, facts.orientation) == (*lying.size, orientation)
    for data in (found.thumb, found.view):
        seen = corners(data)
        assert all(map(alike, seen, (RED, GREEN, BLUE, WHITE))), seen
    assert Image.open(io.BytesIO(found.view)).size == (400, 300)


def test_heic_is_upright_as_it_comes():
    found = looked(heic(quarters(), exif=exif(1)))
    assert found.picture.facts.format == "HEIC"
    assert found.picture.facts.orientation == 1
    assert all(map(alike, corners(found.view), (RED, GREEN, BLUE, WHITE)))


def test_facts_are_what_the_camera_wrote_and_derivatives_carry_none_of_it():
    found = looked(jpeg(scene(2400, 1800), exif=exif(), comment=SECRET.encode(), quality=85))
    facts = found.picture.facts
    assert (facts.verdict, facts.format, facts.width, facts.height) == (
        "decoded",
        "JPEG",
        2400,
        1800,
    )
    assert facts.taken == "2026-11-21T14:03:09.25+08:00"
    assert (facts.latitude, facts.longitude) == ("31.236", "121.47")
    assert facts.camera == "FIELDCAM F-1"
    clean.check(found)
    assert Image.open(io.BytesIO(found.view)).size == (1600, 1200)
    assert Image.open(io.BytesIO(found.thumb)).size == (320, 240)


@pytest.mark.parametrize("mode", ["L", "LA", "P", "RGBA", "CMYK", "1"])
def test_every_mode_becomes_the_same_picture(mode: str):
    format_ = "JPEG" if mode == "CMYK" else "PNG"
    found = looked(saved(quarters(3600, 2400).convert(mode), format_))
    grey = Image.open(io.BytesIO(found.view)).convert("L")
    seen = [int(grey.getpixel((x, y))) for y in (100, 900) for x in (100, 1500)]  # type: ignore[arg-type]
    assert seen[3] == max(seen)
    clean.check(found)


def test_what_is_transparent_lies_on_white():
    image = Image.new("RGBA", (100, 100), (0, 0, 0, 0))
    image.paste((200, 0, 0, 255), (0, 0, 50, 100))
    found = looked(saved(image, "PNG"))
    assert all(map(alike, corners(found.view), ((200, 0, 0), (255, 255, 255)) * 2))


def test_sixteen_bits_are_brought_down_to_eight():
    image = Image.new("I;16", (100, 100), 32_768)
    found = looked(saved(image, "PNG"))
    assert all(alike(one, (128, 128, 128), 2) for one in corners(found.view))


def swapped() -> bytes:
    """A profile in which red and green have changed places."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    red, green = profile.index(b"rXYZ"), profile.index(b"gXYZ")
    profile[red : red + 4], profile[green : green + 4] = b"gXYZ", b"rXYZ"
    at = profile.index(b"s\0R\0G\0B")
    profile[at : at + 8] = b"o\0t\0h\0e\0"
    return bytes(profile)


def test_colours_are_brought_to_srgb_by_their_profile():
    image = Image.new("RGB", (100, 100), (220, 20, 20))
    found = looked(jpeg(image, icc_profile=swapped()))
    red, green, _blue = corners(found.view)[0]
    assert green > 150 > red
    clean.check(found)


def test_profile_of_the_wrong_colours_is_as_none():
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    found = looked(jpeg(quarters(), icc_profile=profile))
    assert all(map(alike, corners(found.view), (RED, GREEN, BLUE, WHITE)))


def test_profile_that_is_too_long_is_as_none():
    found = looked(jpeg(quarters(), icc_profile=swapped() + bytes(2_000_000)))
    assert all(map(alike, corners(found.view), (RED, GREEN, BLUE, WHITE)))


def test_small_pictures_are_never_enlarged():
    found = looked(jpeg(scene(100, 60)))
    assert Image.open(io.BytesIO(found.thumb)).size == (100, 60)
    assert Image.open(io.BytesIO(found.view)).size == (100, 60)


@given(st.integers(1, 70_000), st.integers(1, 70_000), st.integers(1, 2_000))
def test_fitted_size_keeps_the_proportion(width: int, height: int, longer: int):
    wide, high = fitted((width, height), longer)
    assert 1 <= wide <= width
    assert 1 <= high <= height
    assert max(wide, high) == min(longer, max(width, height))
    assert abs(wide * height - high * width) <= max(width, height)


def test_pixels_are_limited_by_the_setting_and_by_the_memory():
    few, little = Bounds(pixels=10_000), Bounds(memory_mb=81)
    for bounds in (few, little):
        found = looked(jpeg(scene(640, 480)), bounds).picture.facts
        assert (found.reason, found.width, found.height) == ("too-large", 640, 480)
    assert looked(jpeg(scene(100, 100)), few).picture.facts.verdict == "decoded"
    assert Bounds(memory_mb=10).pixels_of("PNG") == 0


# Measures


def test_dhash_stands_a_copy_that_is_smaller_and_coarser():
    image = scene(1200, 900)
    first = looked(jpeg(image, quality=95)).picture.measures
    copy = looked(jpeg(image.resize((600, 450)), quality=40)).picture.measures
    other = looked(jpeg(scene(1200, 900, seed=2))).picture.measures
    assert first
    assert copy
    assert other
    assert distance(first.dhash, copy.dhash) <= 4
    assert distance(first.dhash, other.dhash) > 8


def distance(one: str, other: str) -> int:
    return (int(one, 16) ^ int(other, 16)).bit_count()


def test_dhash_says_where_it_gets_brighter():
    ramp = Image.linear_gradient("L").rotate(90)
    found = looked(saved(ramp, "PNG")).picture.measures
    assert found
    assert found.dhash in ("f" * 16, "0" * 16)
    back = looked(saved(ramp.rotate(180), "PNG")).picture.measures
    assert back
    assert {found.dhash, back.dhash} == {"f" * 16, "0" * 16}


def test_blur_lowers_sharpness():
    image = scene(1200, 900)
    sharp = looked(jpeg(image)).picture.measures
    blurred = looked(jpeg(image.filter(ImageFilter.GaussianBlur(12)))).picture.measures
    assert sharp
    assert blurred
    assert blurred.sharpness < sharp.sharpness / 4


def test_light_is_measured():
    dark = looked(jpeg(Image.new("L", (100, 100), 9))).picture.measures
    assert dark
    assert (dark.brightness, dark.contrast, dark.sharpness) == (9, 0, 0)
    halves = Image.new("L", (100, 100), 0)
    halves.paste(200, (50, 0, 100, 100))
    half = looked(saved(halves, "PNG")).picture.measures
    assert half
    assert abs(half.brightness - 100) < 2
    assert abs(half.contrast - 100) < 2


def test_picture_without_an_inside_has_no_sharpness():
    found = looked(saved(scene(1, 200), "PNG")).picture.measures
    assert found
    assert found.sharpness == 0
