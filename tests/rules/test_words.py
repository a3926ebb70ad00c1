"""Conditions, answers and shares of the score, said as people read them."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from tests.rules.factories import TITLES, checklist, item, section

from fieldops.model.answertypes import (
    AnswerType,
    Calculated,
    Choice,
    Code,
    Duration,
    Location,
    Meter,
    Moment,
    Multiple,
    Number,
    PassFail,
    PhotoOnly,
    Score,
    Signature,
    Single,
    Staff,
    Temperature,
    Text,
)
from fieldops.model.checklist import Item, PhotoRule
from fieldops.rules.answerwords import answer_words, photo_words
from fieldops.rules.conditionwords import in_words, items_by_key
from fieldops.rules.expressions import FUNCTIONS
from fieldops.rules.shares import percent, section_shares, shares

LOBBY = Choice(key="lobby", titles={"zh-CN": "大堂", "en": "Lobby"})
LIFT = Choice(key="lift", titles={"zh-CN": "电梯", "en": "Lift"}, fails=True, credit_percent=50)
ZONE = Single(choices=(LOBBY, LIFT))


def titled(key: str, zh: str, en: str, kind: AnswerType | None = None) -> Item:
    return Item(key=key, titles={"zh-CN": zh, "en": en}, measure=TITLES, answer=kind or PassFail())


ITEMS = items_by_key(
    checklist(
        section(
            "s",
            titled("zone", "区域", "Zone", ZONE),
            titled("damage", "损坏", "Damage", Multiple(choices=(LOBBY, LIFT))),
            titled("n", "读数", "Figure", Number()),
            titled("m", "水表", "Meter", Meter()),
            titled("p", "地面", "Floor"),
        )
    )
)


@pytest.mark.parametrize(
    ("text", "zh", "en"),
    [
        ('zone == "lobby"', "“区域”为“大堂”", "“Zone” is “Lobby”"),
        ('"lift" != zone', "“电梯”不为“区域”", "“Lift” is not “Zone”"),
        ('p == "fail"', "“地面”为 不合格", "“Floor” is fail"),
        ('zone == "roof"', "“区域”为“roof”", "“Zone” is “roof”"),
        ("n > 1.50", "“读数”大于 1.5", "“Figure” is above 1.5"),
        ("n <= m", "“读数”不大于“水表”", "“Figure” is at most “Meter”"),
        (
            'zone in ["lobby", "lift"]',
            "“区域”为 “大堂”、“电梯” 之一",
            "“Zone” is one of “Lobby”, “Lift”",
        ),
        ('zone not in ["lobby"]', "“区域”不为 “大堂” 之一", "“Zone” is not one of “Lobby”"),
        ('"lift" in damage', "“损坏”选了“电梯”", "“Damage” includes “Lift”"),
        ('not ("lift" in damage)', "“损坏”没选“电梯”", "“Damage” does not include “Lift”"),
        (
            "passed(p) and failed(p)",
            "“地面”合格，且“地面”不合格",
            "“Floor” passes and “Floor” fails",
        ),
        (
            "passed(p) and (na(p) or n > 1)",
            "“地面”合格，且（“地面”不适用，或“读数”大于 1）",
            "“Floor” passes and (“Floor” is not applicable or “Figure” is above 1)",
        ),
        ("not answered(p)", "“地面”未作答", "“Floor” is not answered"),
        ("not (n > 1)", "并非（“读数”大于 1）", "not (“Figure” is above 1)"),
        (
            "usage(m) / n * 100",
            "“水表”的用量 ÷ “读数” × 100",
            "the usage of “Meter” ÷ “Figure” × 100",
        ),
        ("(n + 1) * -n", "(“读数” + 1) × −“读数”", "(“Figure” + 1) × −“Figure”"),
        ("n - (n - 1)", "“读数” − (“读数” − 1)", "“Figure” − (“Figure” − 1)"),
        ("value >= today", "答案不小于 巡检当天", "the answer is at least the day of the walk"),
        ("ghost == true", "ghost为 true", "ghost is true"),
        ("zone ==", "zone ==", "zone =="),
        ('zone == ["lift"]', "“区域”为“lift”", "“Zone” is “lift”"),
        ('n in ["1"] or true', "“读数”为 “1” 之一，或true", "“Figure” is one of “1” or true"),
    ],
)
def test_a_condition_is_said_in_words(text: str, zh: str, en: str) -> None:
    assert in_words(text, ITEMS) == (zh, en)


def test_every_function_has_words() -> None:
    for name, count in FUNCTIONS.items():
        arguments = ["n", "'a'"] if name == "matches" else ["n", "1", "2"][:count]
        said = in_words(f"{name}({', '.join(arguments)})", ITEMS)
        assert "“读数”" in said[0]
        assert "“Figure”" in said[1]
        assert name not in said[0]


@pytest.mark.parametrize(
    ("kind", "zh", "en"),
    [
        (PassFail(), "合格/不合格", "pass/fail"),
        (ZONE, "单选；大堂、电梯 ✗ 50%", "single choice; Lobby, Lift ✗ 50%"),
        (
            Multiple(choices=(LOBBY,), min_count=1),
            "多选；大堂；选 1 至 1 项",
            "multiple choice; Lobby; choose 1 to 1",
        ),
        (
            Score(max=Decimal(5), step=Decimal("0.5"), pass_min=Decimal(4)),
            "打分；0 至 5 分；每档 0.5 分；合格不小于 4",
            "score; 0 to 5 points; in steps of 0.5; passes at 4 or more",
        ),
        (
            Number(unit="m", min=Decimal(0), max=Decimal(30), pass_min=Decimal(4), decimals=2),
            "数值（m）；可信 0 至 30；合格不小于 4；最多 2 位小数",
            "number (m); plausible from 0 to 30; passes at 4 or more; at most 2 decimal places",
        ),
        (
            Number(pass_max=Decimal(0), decimals=0),
            "数值；合格不大于 0；整数",
            "number; passes at 0 or less; a whole number",
        ),
        (Number(pass_min=Decimal(3), pass_max=Decimal(3)), "数值；合格为 3", "number; passes at 3"),
        (
            Text(max_length=9, pattern="a+"),
            "文字；格式 a+；最多 9 字",
            "text; pattern a+; at most 9 characters",
        ),
        (Code(), "扫码", "code"),
        (
            Moment(part="time", pass_earliest="08:00", pass_latest="09:00"),
            "时刻；合格不早于 08:00；合格不晚于 09:00",
            "time of day; passes from 08:00; passes until 09:00",
        ),
        (
            Moment(pass_from_days=-31, pass_until_days=0),
            "日期；合格不早于巡检前 31 天；合格不晚于巡检当天",
            "date; passes from 31 days before the walk; passes until the day of the walk",
        ),
        (
            Moment(pass_from_days=7),
            "日期；合格不早于巡检后 7 天",
            "date; passes from 7 days after the walk",
        ),
        (
            Duration(max=Decimal(9)),
            "时长（min）；可信不大于 9",
            "duration (min); plausible at 9 or less",
        ),
        (
            Meter(unit="kWh", pass_usage_max=Decimal(7), rollover=Decimal(10)),
            "表计读数（kWh）；用量合格不大于 7；到 10 归零",
            "meter reading (kWh); usage passes at 7 or less; starts again at 10",
        ),
        (Meter(), "表计读数", "meter reading"),
        (Multiple(choices=(LOBBY,)), "多选；大堂", "multiple choice; Lobby"),
        (Temperature(), "温度（°C）", "temperature (°C)"),
        (Signature(), "签名", "signature"),
        (PhotoOnly(), "照片；1 至 20 张", "photos; 1 to 20"),
        (Location(), "定位", "location"),
        (Location(max_accuracy_m=Decimal(9)), "定位；精度不大于 9 米", "location; accurate to 9 m"),
        (Staff(), "人员", "member of staff"),
        (Calculated(expression="1", unit="%"), "计算（%）", "calculated (%)"),
    ],
)
def test_an_answer_is_said_with_its_limits(kind: AnswerType, zh: str, en: str) -> None:
    assert answer_words(kind) == (zh, en)


@pytest.mark.parametrize(
    ("rule", "zh", "en"),
    [
        (PhotoRule(), "", ""),
        (PhotoRule(max_count=3), "", ""),
        (PhotoRule(min_count_on_fail=2), "不合格时至少 2 张", "at least 2 of a failure"),
        (
            PhotoRule(min_count=2, min_count_on_fail=1, max_count=6),
            "至少 2 张、最多 6 张",
            "at least 2, at most 6",
        ),
    ],
)
def test_a_photo_rule_is_said(rule: PhotoRule, zh: str, en: str) -> None:
    assert photo_words(rule) == (zh, en)


def test_shares_add_up_to_the_whole_score() -> None:
    plain = checklist(
        section("s", item("a", weight=Decimal(3)), item("b", scored=False)),
        section("t", item("c")),
        section("u", item("d", scored=False)),
    )
    assert shares(plain) == {"a": Fraction(3, 4), "c": Fraction(1, 4)}
    assert section_shares(plain) == {"s": Fraction(3, 4), "t": Fraction(1, 4), "u": Fraction(0)}
    assert shares(checklist(section("u", item("d", scored=False)))) == {}


def test_where_sections_have_weights_an_items_share_is_of_its_section() -> None:
    def weighted(key: str, weight: int, *items: Item) -> Any:
        return section(key, *items, weight=Decimal(weight))

    made = checklist(
        weighted("s", 80, item("a", weight=Decimal(3)), item("b")),
        weighted("t", 20, item("c")),
        weighted("u", 50, item("d", scored=False)),
    )
    assert shares(made) == {"a": Fraction(3, 5), "b": Fraction(1, 5), "c": Fraction(1, 5)}
    assert percent(Fraction(1, 3)) == "33.3%"
    assert percent(Fraction(1, 2000)) == "0.1%"
