"""Tiers that the rules suggest; both languages, and what must not fit."""

import pytest

from fieldops.rules.complainttiers import (
    OFTEN,
    RULES,
    Suggestion,
    is_higher,
    is_same_household,
    suggest,
)


@pytest.mark.parametrize(
    ("text", "tier", "rules"),
    [
        ("大堂地面有水渍", "general", ()),
        ("电梯困人半小时", "major", ("safety",)),
        ("孩子在泳池边摔伤，已送医", "major", ("injury",)),
        ("My neighbour was INJURED by a falling  object", "major", ("injury", "safety")),
        ("保安把业主群里的信息泄露了", "major", ("personal-information",)),
        ("再不处理我就找记者曝光", "major", ("media",)),
        ("整栋楼停水，业主们联名投诉", "larger", ("many-residents",)),
        ("我会打12345", "larger", ("authority",)),
        ("路灯又坏了", "larger", ("repeated",)),
        ("The fireplace in the lobby is dirty", "general", ()),
        ("The courtyard smells", "general", ()),
        ("", "general", ()),
    ],
)
def test_words(text: str, tier: str, rules: tuple[str, ...]):
    found = suggest(text)
    assert (found.tier, found.rules) == (tier, rules)


@pytest.mark.parametrize(
    ("repeats", "found"),
    [
        (0, Suggestion("general")),
        (1, Suggestion("larger", ("repeated",))),
        (OFTEN - 1, Suggestion("larger", ("repeated",))),
        (OFTEN, Suggestion("major", ("repeated-often",))),
    ],
)
def test_repeats(repeats: int, found: Suggestion):
    assert suggest("地面脏", repeats) == found


def test_every_rule_says_why_in_both_languages():
    assert len({rule.key for rule in RULES}) == len(RULES)
    for rule in RULES:
        assert rule.titles["zh-CN"]
        assert rule.titles["en"]
        assert rule.words or rule.repeats


def test_a_household_is_known_by_its_phone_or_unit():
    one = {"phone": "138 0013 8000", "unit": "3-1202"}
    assert is_same_household(one, {"phone": "13800138000"})
    assert is_same_household(one, {"unit": "3-1202 "})
    assert not is_same_household(one, {"phone": "13800138001", "unit": "3-1203"})
    assert not is_same_household({"phone": ""}, {"phone": ""})
    assert not is_same_household({"name": "王"}, {"name": "王"})


def test_which_tier_is_higher():
    assert is_higher("major", "larger")
    assert not is_higher("general", "general")
