"""What a caller likes better, as browsers and tablets say it."""

import pytest

from fieldops.web.preferences import preferred


@pytest.mark.parametrize(
    ("header", "best"),
    [
        ("", []),
        (",,;;", []),
        ("zh-CN", ["zh-cn"]),
        ("en;q=0.1, zh-CN;q=0.9", ["zh-cn", "en"]),
        ("en-GB,en;q=0.9,zh-CN;q=0.8", ["en-gb", "en", "zh-cn"]),
        ("gzip;q=0, zstd ; q=0.000", []),
        ("gzip;q=1.0, zstd;q=1", ["gzip", "zstd"]),
        ("gzip;q=nonsense;level=1", ["gzip"]),
    ],
)
def test_the_best_comes_first_and_what_is_not_wanted_is_left_out(header: str, best: list[str]):
    assert preferred(header) == best
