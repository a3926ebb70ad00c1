"""EXIF: what is read, and what is left alone because it makes no sense."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from tests.pictures.making import exif

from fieldops.pictures.exif import Exif, read

SHOT, GPS = 0x8769, 0x8825


def made(main=None, shot=None, gps=None) -> bytes:
    """EXIF with what is given beside what a good phone writes."""
    data = Image.Exif()
    data.load(exif())
    data.update(main or {})
    data.get_ifd(SHOT).update(shot or {})
    data.get_ifd(GPS).update(gps or {})
    return data.tobytes()


def test_good_exif_is_read():
    wanted = Exif(1, "2026-11-21T14:03:09.25+08:00", "31.236", "121.47", "FIELDCAM F-1")
    assert read(exif()) == wanted
    assert read(exif().removeprefix(b"Exif\0\0")) == wanted


def test_big_endian_is_read_as_well():
    row = struct.pack(">HHIHH", 0x0112, 3, 1, 6, 0)
    data = b"MM\0*" + struct.pack(">IH", 8, 1) + row + bytes(4)
    assert read(data) == Exif(orientation=6)


@pytest.mark.parametrize(
    ("shot", "taken"),
    [
        ({0x9011: ""}, "2026-11-21T14:03:09.25"),
        ({0x9011: "Beijing"}, "2026-11-21T14:03:09.25"),
        ({0x9011: "+15:00"}, "2026-11-21T14:03:09.25"),
        ({0x9291: "xy"}, "2026-11-21T14:03:09+08:00"),
        ({0x9291: "123456"}, "2026-11-21T14:03:09.123+08:00"),
        ({0x9003: "0000:00:00 00:00:00"}, ""),
        ({0x9003: "1904:01:01 00:00:00"}, ""),
        ({0x9003: "2026-11-21T14:03:09"}, ""),
        ({0x9003: "2026:02:30 10:00:00"}, ""),
        ({0x9003: ""}, ""),
    ],
)
def test_time_is_rfc_3339_or_nothing(shot, taken):
    assert read(made(shot=shot)).taken == taken


@pytest.mark.parametrize(
    ("gps", "place"),
    [
        ({1: "S", 3: "W"}, ("-31.236", "-121.47")),
        ({2: (31.0, 14.16, 0.0)}, ("31.236", "121.47")),
        ({2: (90.0, 0.0, 0.0), 4: (180.0, 0.0, 0.0)}, ("90", "180")),
        ({2: (0.0, 0.0, 0.0), 4: (0.0, 0.0, 0.0)}, (None, None)),
        ({2: (0.0, 0.0, 0.0), 1: "S"}, ("0", "121.47")),
        ({2: (91.0, 0.0, 0.0)}, (None, None)),
        ({4: (181.0, 0.0, 0.0)}, (None, None)),
        ({2: (31.0, 60.0, 0.0)}, (None, None)),
        ({2: (31.0, 0.0, 61.0)}, (None, None)),
        ({1: "X"}, (None, None)),
        ({2: (31.0,)}, (None, None)),
    ],
)
def test_place_is_decimal_degrees_or_nothing(gps, place):
    found = read(made(gps=gps))
    assert (found.latitude, found.longitude) == place


def test_zero_denominators_are_no_place():
    data = exif()
    at = data.index(struct.pack("<2I", 31, 1)) if struct.pack("<2I", 31, 1) in data else -1
    at = at if at >= 0 else data.index(struct.pack(">2I", 31, 1))
    assert read(data[:at] + bytes(8) + data[at + 8 :]).latitude is None


@pytest.mark.parametrize(
    ("main", "camera"),
    [
        ({0x010F: "Apple", 0x0110: "iPhone 13"}, "Apple iPhone 13"),
        ({0x010F: "Canon", 0x0110: "Canon EOS R5"}, "Canon EOS R5"),
        ({0x010F: "", 0x0110: "F-1"}, "F-1"),
        ({0x010F: "小\x07米\n".encode(), 0x0110: "\x1b[31m14"}, "小 米 [31m14"),
        ({0x010F: "x" * 150, 0x0110: "y" * 150}, "x" * 150 + " " + "y" * 49),
        ({0x010F: "x" * 5_000, 0x0110: "F-1"}, "F-1"),
    ],
)
def test_camera_is_one_short_line(main, camera):
    data = made(main)
    assert read(data).camera == camera


@pytest.mark.parametrize("orientation", [0, 9, 65_535])
def test_orientation_that_does_not_exist_is_upright(orientation):
    assert read(exif(orientation)).orientation == 1


def test_tag_that_comes_twice_counts_once():
    rows = b"".join(struct.pack("<HHIHH", 0x0112, 3, 1, turn, 0) for turn in (6, 8))
    assert read(b"II*\0" + struct.pack("<IH", 8, 2) + rows).orientation == 6


@given(st.binary(max_size=200))
def test_any_bytes_are_survived(noise):
    for data in (noise, b"II*\0" + noise, b"Exif\0\0MM\0*\0\0\0\x08" + noise):
        read(data)


@given(st.integers(0, 400), st.binary(min_size=1, max_size=12))
def test_any_change_of_good_exif_is_survived(at, noise):
    data = exif()
    read(data[:at] + noise + data[at + len(noise) :])
