"""What a password has to be: both profiles, and what people are told."""

from typing import get_args

import pytest

from fieldops.rules import passwordtexts
from fieldops.rules.passwords import LENGTH_MAX, PROFILES, Lack, expires_ms, lacks, normal

NIST, MLPS = PROFILES["nist"], PROFILES["cn-mlps"]
CONTEXT = ("wang.fang", "王芳", "安和物业 Anhe Property Services")
DAY_MS = 24 * 3600 * 1000


@pytest.mark.parametrize(
    ("password", "missing"),
    [
        ("correct horse battery", ()),
        ("correct horse", ("short",)),
        ("piano", ("short",)),
        ("小猫 在 屋顶 上 弹 一架 旧 钢琴", ()),
        ("x" * 15, ("common",)),
        ("abababababababab", ("common",)),
        ("passwordpassword", ("common",)),
        ("P@ssw0rd12345678", ("common",)),
        ("qwertyuiopasdfgh", ("common",)),
        ("mnbvcxzlkjhgfdsa", ("common",)),
        ("1234567890123456", ("common",)),
        ("abcdefghijklmnop", ("common",)),
        ("anhe-property-services-26", ("context",)),
        ("wang.fang.wang.fang", ("context",)),
        ("王芳王芳王芳王芳王芳王芳王芳王芳", ("common",)),
        ("王芳-安和物业-王芳-安和物业-26", ("context",)),
        ("ｆｉｅｌｄｏｐｓ１２３４５６７", ("common",)),
        ("wang.fang likes old pianos", ()),
        ("ab" * LENGTH_MAX, ("long", "common")),
        ("a pony and a kite, " * 3, ()),
    ],
)
def test_nist_asks_for_length_and_for_nothing_that_is_tried_first(password, missing):
    assert lacks(password, NIST, CONTEXT) == missing


@pytest.mark.parametrize(
    ("password", "missing"),
    [
        ("Tr0ub4dor", ()),
        ("tr0ub4d!", ()),
        ("troubador", ("classes",)),
        ("Troubador", ("classes",)),
        ("T0ub4d!", ("short",)),
        ("Anhe@2026", ("context",)),
        ("Admin123!", ("common",)),
        ("钢琴Piano7", ()),
    ],
)
def test_mlps_asks_for_three_classes_of_four(password, missing):
    assert lacks(password, MLPS, CONTEXT) == missing


def test_the_64_characters_of_nist_and_more_may_be_used():
    long = "a pony and a kite went up the hill on a windy day; nobody looked. "
    assert len(long) > 64
    assert lacks(long, NIST) == ()


def test_the_same_word_typed_on_another_keyboard_is_the_same_password():
    assert normal("ｃａｆé ①") == normal("cafe\u0301 1")


def test_only_mlps_passwords_run_out():
    assert expires_ms(NIST, 0) is None
    assert expires_ms(MLPS, 5) == 90 * DAY_MS + 5


@pytest.mark.parametrize("rules", [NIST, MLPS])
def test_every_lack_is_told_in_both_languages_with_its_figures(rules):
    codes = get_args(Lack)
    told = passwordtexts.texts(codes, rules)
    assert [one["code"] for one in told] == [*codes]
    for one in told:
        assert one["en"].isascii()
        assert not one["zh-CN"].isascii()
        assert "{" not in one["en"] + one["zh-CN"]
    assert str(rules.length) in told[0]["en"]
    assert str(rules.length) in told[0]["zh-CN"]


def test_people_are_told_that_a_password_is_due_or_runs_out():
    told = passwordtexts.notice(True, False, None, 0)
    assert told is not None
    assert "first" in told["en"]
    assert passwordtexts.notice(False, False, 20 * DAY_MS, 0) is None
    assert passwordtexts.notice(False, True, None, 0) is None
    soon = passwordtexts.notice(False, True, 13 * DAY_MS, 0)
    assert soon is not None
    assert "13 days" in soon["en"]
    assert "13 天" in soon["zh-CN"]
