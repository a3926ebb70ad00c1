"""Judging one answer, type by type: outcome, violations, what it earns, what an expression sees."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.rules.factories import TITLES, item

from fieldops.model.answer import Answer, Judgement
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
from fieldops.model.checklist import Constraint, PhotoRule
from fieldops.rules.answers import judge
from fieldops.rules.evaluation import Scope

D = Decimal
SHA256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
CHOICES = (
    Choice(key="good", titles=TITLES),
    Choice(key="fair", titles=TITLES, credit_percent=60),
    Choice(key="bad", titles=TITLES, fails=True),
)
SINGLE, MULTIPLE = Single(choices=CHOICES), Multiple(choices=CHOICES, min_count=0, max_count=2)
FREE = Multiple(choices=CHOICES[:2], min_count=1)
METER = Meter(max=D(9999), pass_usage_max=D(50), pass_usage_min=D(1), rollover=D(10000))
ALL_TYPES: list[AnswerType] = [
    PassFail(),
    SINGLE,
    MULTIPLE,
    Score(max=D(5)),
    Number(),
    Text(),
    Moment(),
    Moment(part="time"),
    Moment(part="datetime"),
    Duration(),
    METER,
    Temperature(),
    Signature(),
    PhotoOnly(),
    Location(),
    Code(),
    Staff(),
    Calculated(expression="1"),
]


def judged(answer: AnswerType, value: Any = None, **members: Any) -> Judgement:
    claims = {key: members.pop(key) for key in ("outcome", "photo_count") if key in members}
    asked = item("a", answer, **members)
    return judge(asked, Answer(item="a", value=value, **claims), Scope(today="2026-11-21"))


def told(judgement: Judgement) -> list[str]:
    return [violation.code for violation in judgement.violations]


@pytest.mark.parametrize(
    ("answer", "value", "outcome", "seen"),
    [
        (PassFail(), "pass", "pass", "pass"),
        (PassFail(), "fail", "fail", "fail"),
        (PassFail(), True, "pass", "pass"),
        (PassFail(), False, "fail", "fail"),
        (SINGLE, "good", "pass", "good"),
        (SINGLE, "fair", "pass", "fair"),
        (SINGLE, "bad", "fail", "bad"),
        (MULTIPLE, [], "pass", ()),
        (MULTIPLE, ["good", "fair"], "pass", ("good", "fair")),
        (MULTIPLE, ["good", "bad"], "fail", ("good", "bad")),
        (FREE, ["good"], "pass", ("good",)),
        (Score(max=D(5), pass_min=D(4)), 4, "pass", D(4)),
        (Score(max=D(5), pass_min=D(4)), 3, "fail", D(3)),
        (Score(max=D(5), step=D("0.5")), "2.5", "pass", D("2.5")),
        (Number(pass_min=D(4)), "4.00", "pass", D(4)),
        (Number(pass_min=D(4)), "3.99", "fail", D("3.99")),
        (Number(pass_max=D(4)), 5, "fail", D(5)),
        (Number(), 5, "pass", D(5)),
        (Text(), "ok", "pass", "ok"),
        (Text(pattern="[A-Z]+"), "OK", "pass", "OK"),
        (Moment(pass_from_days=-1, pass_until_days=0), "2026-11-20", "pass", "2026-11-20"),
        (Moment(pass_from_days=-1, pass_until_days=0), "2026-11-19", "fail", "2026-11-19"),
        (Moment(pass_from_days=-1, pass_until_days=0), "2026-11-22", "fail", "2026-11-22"),
        (Moment(pass_earliest="2026-01-01"), "2025-12-31", "fail", "2025-12-31"),
        (Moment(part="time", pass_latest="09:00"), "09:00", "pass", "09:00:00"),
        (Moment(part="time", pass_latest="09:00"), "09:00:01", "fail", "09:00:01"),
        (
            Moment(part="datetime", pass_until_days=0, pass_latest="2026-11-22T01:00:00+08:00"),
            "2026-11-21T23:30:00+08:00",
            "pass",
            "2026-11-21T15:30:00+00:00",
        ),
        (Duration(pass_max=D(15)), "12.5", "pass", D("12.5")),
        (Duration(pass_max=D(15)), 16, "fail", D(16)),
        (METER, {"reading": "120", "previous": "100"}, "pass", D(120)),
        (METER, {"reading": "160", "previous": "100"}, "fail", D(160)),
        (METER, {"reading": "100", "previous": "100"}, "fail", D(100)),
        (METER, {"reading": "20", "previous": "9990"}, "pass", D(20)),
        (METER, "120.5", "pass", D("120.5")),
        (
            Meter(pass_max=D(5), pass_usage_max=D(9)),
            {"reading": "6", "previous": "5"},
            "fail",
            D(6),
        ),
        (Meter(), {"reading": "6", "previous": "5"}, "pass", D(6)),
        (Temperature(pass_min=D(35), pass_max=D(45)), "40.1", "pass", D("40.1")),
        (Temperature(pass_min=D(35), pass_max=D(45)), "-3", "fail", D(-3)),
        (Signature(), SHA256, "pass", SHA256),
        (Signature(), {"sha256": SHA256, "name": "王"}, "pass", SHA256),
        (Location(), {"latitude": "31.2", "longitude": "-121.40"}, "pass", "31.2,-121.4"),
        (Code(pattern="P-[0-9]{3}"), "P-001", "pass", "P-001"),
        (Staff(), " AB-1 ", "pass", "AB-1"),
        (Staff(), {"id": "7", "name": "王"}, "pass", "7"),
        (Staff(), {"staff_number": "9"}, "pass", "9"),
    ],
)
def test_an_answer_that_fits_is_judged_by_its_type(
    answer: AnswerType, value: Any, outcome: str, seen: Any
) -> None:
    judgement = judged(answer, value)
    assert (judgement.outcome, judgement.value, judgement.violations) == (outcome, seen, ())
    assert judgement.answered


@pytest.mark.parametrize(
    ("answer", "value", "code"),
    [
        (PassFail(), "maybe", "type"),
        (PassFail(), 1, "type"),
        (SINGLE, ["good"], "type"),
        (SINGLE, "great", "choice"),
        (MULTIPLE, "good", "type"),
        (MULTIPLE, ["great"], "choice"),
        (MULTIPLE, ["good", "good"], "choice"),
        (MULTIPLE, ["good", "fair", "fair"], "choice"),
        (FREE, [], "range"),
        (Score(max=D(5)), "x", "type"),
        (Score(max=D(5)), 6, "range"),
        (Score(max=D(5)), -1, "range"),
        (Score(max=D(5)), "2.5", "range"),
        (Number(), True, "type"),
        (Number(), "1e5", "type"),
        (Number(min=D(1)), 0, "range"),
        (Number(max=D(1)), 2, "range"),
        (Number(decimals=1), "1.25", "range"),
        (Text(max_length=3), "long", "range"),
        (Text(), 5, "type"),
        (Text(pattern="[A-Z]+"), "ok", "pattern"),
        (Moment(), "21/11/2026", "type"),
        (Moment(), "2026-02-30", "type"),
        (Moment(), 20261121, "type"),
        (Moment(part="time"), "25:00", "type"),
        (Moment(part="time"), "08:00+08:00", "type"),
        (Moment(part="datetime"), "2026-11-21T08:00:00", "type"),
        (Moment(part="datetime"), "0001-01-01T00:00:00+14:00", "type"),
        (Duration(), "-1", "range"),
        (Duration(), "soon", "type"),
        (METER, {"reading": "x"}, "type"),
        (METER, {"reading": "1", "previous": "x"}, "type"),
        (METER, ["1"], "type"),
        (Meter(), {"reading": "5", "previous": "6"}, "range"),
        (Meter(rollover=D(10)), {"reading": "5", "previous": "60"}, "range"),
        (Temperature(), "hot", "type"),
        (Signature(), "王", "type"),
        (Signature(), {"name": "王"}, "type"),
        (Signature(), SHA256[:-1] + "G", "type"),
        (PhotoOnly(), "x", "type"),
        (Location(), "here", "type"),
        (Location(), {"latitude": "31.2"}, "type"),
        (Location(), {"latitude": "91", "longitude": "0"}, "type"),
        (Location(), {"latitude": "1", "longitude": "0", "accuracy_m": "-1"}, "type"),
        (
            Location(max_accuracy_m=D(50)),
            {"latitude": "31", "longitude": "121", "accuracy_m": "51"},
            "range",
        ),
        (Code(), 5, "type"),
        (Code(), "x" * 5000, "type"),
        (Code(pattern="P-[0-9]{3}"), "P-1", "pattern"),
        (Staff(), 7, "type"),
        (Staff(), {"name": "王"}, "type"),
        (Staff(), "x" * 201, "type"),
    ],
)
def test_an_answer_that_does_not_fit_is_told_and_never_passes(
    answer: AnswerType, value: Any, code: str
) -> None:
    judgement = judged(answer, value, photo_count=1)
    assert told(judgement) == [code]
    assert judgement.outcome is None
    assert judgement.points == 0
    assert all(judgement.violations[0].messages[language] for language in ("zh-CN", "en"))


def test_a_figure_that_fails_fails_even_when_it_is_implausible() -> None:
    judgement = judged(Temperature(max=D(80), pass_max=D(40)), 150)
    assert (judgement.outcome, told(judgement)) == ("fail", ["range"])


@pytest.mark.parametrize(
    ("answer", "value", "earned"),
    [
        (PassFail(), "pass", D(1)),
        (PassFail(), "fail", D(0)),
        (SINGLE, "fair", D("0.6")),
        (SINGLE, "bad", D(0)),
        (MULTIPLE, ["good", "fair"], D("0.6")),
        (MULTIPLE, [], D(1)),
        (Score(max=D(5), pass_min=D(4)), 3, D("0.6")),
        (Number(pass_max=D(4)), 4, D(1)),
        (Number(pass_max=D(4)), 5, D(0)),
    ],
)
def test_what_an_answer_earns(answer: AnswerType, value: Any, earned: Decimal) -> None:
    judgement = judged(answer, value)
    assert judgement.points / judgement.points_max == earned


def test_usage_of_a_meter_is_what_it_counted_also_past_its_end() -> None:
    assert judged(METER, {"reading": "20", "previous": "9990"}).usage == 30
    assert judged(METER, "20").usage is None


@pytest.mark.parametrize("answer", ALL_TYPES[:-1], ids=lambda each: type(each).__name__)
@pytest.mark.parametrize("blank", [None, "", "  ", {}])
def test_a_blank_answer_is_open_and_told_only_where_required(
    answer: AnswerType, blank: Any
) -> None:
    assert told(judged(answer, blank)) == ["required"]
    optional = judged(answer, blank, required=False)
    assert (optional.outcome, optional.answered, optional.violations) == (None, False, ())


def test_an_empty_list_is_blank_for_all_but_multiple_choice() -> None:
    assert told(judged(Text(), [])) == ["required"]


@pytest.mark.parametrize("answer", ALL_TYPES[:-1], ids=lambda each: type(each).__name__)
def test_not_applicable_stands_only_where_it_is_allowed(answer: AnswerType) -> None:
    assert judged(answer, outcome="na", na_allowed=True).outcome == "na"
    refused = judged(answer, outcome="na")
    assert (refused.outcome, told(refused), refused.answered) == (None, ["not-applicable"], True)


def test_pass_fail_can_be_answered_by_value_or_by_claim() -> None:
    assert judged(PassFail(), "na", na_allowed=True).outcome == "na"
    assert judged(PassFail(), outcome="fail").outcome == "fail"
    assert judged(PassFail(), outcome="pass").value == "pass"


def test_the_answer_decides_and_a_claim_against_it_is_told() -> None:
    judgement = judged(Number(pass_max=D(4)), 5, outcome="pass")
    assert (judgement.outcome, told(judgement)) == ("fail", ["outcome"])
    judgement = judged(Number(pass_max=D(4)), 4, outcome="fail")
    assert (judgement.outcome, told(judgement)) == ("pass", ["outcome"])


def test_where_a_type_has_no_criterion_the_person_decides() -> None:
    judgement = judged(Text(), "dirty", outcome="fail")
    assert (judgement.outcome, judgement.violations) == ("fail", ())
    assert judgement.points == 0
    assert judged(FREE, ["good"], outcome="fail").points == 0
    assert judged(Moment(pass_from_days=0), "2026-11-22", outcome="pass").outcome == "pass"


def test_days_cannot_be_counted_without_the_day_of_the_walk() -> None:
    asked = item("a", Moment(pass_from_days=0))
    answer = Answer(item="a", value="2020-01-01")
    assert judge(asked, answer).outcome == "pass"
    assert judge(asked, answer, Scope(today="2026-11-21")).outcome == "fail"


def test_a_failure_claimed_without_a_value_stands() -> None:
    judgement = judged(Number(), outcome="fail", photos=PhotoRule(min_count_on_fail=1))
    assert (judgement.outcome, told(judgement)) == ("fail", ["required", "photos"])
    assert judged(Number(), outcome="fail", required=False).violations == ()
    assert judged(Number(), outcome="pass").outcome is None


@pytest.mark.parametrize(
    ("value", "photo_count", "codes"),
    [
        ("pass", 0, ["photos"]),
        ("pass", 1, []),
        ("pass", 4, ["photos"]),
        ("fail", 1, ["photos"]),
        ("fail", 2, []),
    ],
)
def test_photos_are_counted_more_strictly_on_a_failure(
    value: str, photo_count: int, codes: list[str]
) -> None:
    rule = PhotoRule(min_count=1, max_count=3, min_count_on_fail=2)
    judgement = judged(PassFail(), value, photo_count=photo_count, photos=rule)
    assert told(judgement) == codes
    assert judgement.outcome == value


def test_photos_alone_answer_a_photo_item() -> None:
    kind = PhotoOnly(min_count=2, max_count=3)
    assert told(judged(kind, photo_count=1)) == ["photos"]
    assert judged(kind, photo_count=2).outcome == "pass"
    assert judged(kind, photo_count=2, outcome="fail").outcome == "fail"
    assert told(judged(kind, photo_count=4)) == ["photos"]


def test_a_constraint_that_does_not_hold_gives_its_own_message() -> None:
    rule = Constraint(expression="value <= total", messages={"zh-CN": "过大", "en": "Too large"})
    asked = item("a", Number(), constraint=rule)

    def at(total: Decimal | None) -> Judgement:
        scope = Scope(values={("total", ""): total})
        return judge(asked, Answer(item="a", value=5), scope)

    assert at(D(5)).outcome == "pass"
    assert at(None).violations == ()
    assert at(D(4)).outcome is None
    assert at(D(4)).violations[0].messages["en"] == "Too large"


def test_a_calculated_item_is_worked_out_and_what_was_sent_for_it_is_not_used() -> None:
    kind = Calculated(expression="full / total * 100", decimals=1, pass_max=D(10))
    scope = Scope(values={("full", ""): D(1), ("total", ""): D(3)})
    judgement = judge(item("a", kind), Answer(item="a", value=5), scope)
    assert (judgement.value, judgement.outcome) == (D("33.3"), "fail")
    assert judge(item("a", kind), None, Scope()) == Judgement()


def test_a_calculated_figure_that_is_too_large_to_round_stays_open() -> None:
    kind = Calculated(expression="n * n * n", decimals=9)
    scope = Scope(values={("n", ""): D(999_999_999_999_999)})
    assert judge(item("a", kind), None, scope) == Judgement()


RAW = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**53), 2**53),
    st.text(max_size=30),
    st.sampled_from(["pass", "good", "12.5", "2026-11-21", "08:00", "2026-11-21T08:00:00Z"]),
    st.lists(st.text(max_size=5), max_size=4),
    st.dictionaries(
        st.sampled_from(["reading", "previous", "latitude", "longitude", "id", "sha256", "x"]),
        st.text(max_size=10) | st.sampled_from(["1", "90.5"]),
    ),
)


@given(
    st.sampled_from(ALL_TYPES),
    RAW,
    st.sampled_from([None, "pass", "fail", "na"]),
    st.integers(0, 40),
)
def test_whatever_is_sent_is_judged_and_nothing_raises(
    answer: AnswerType, value: Any, claim: Any, photo_count: int
) -> None:
    judgement = judged(answer, value, outcome=claim, photo_count=photo_count)
    assert 0 <= judgement.points <= judgement.points_max
    if judgement.outcome == "pass":
        assert set(told(judgement)) <= {"photos", "outcome"}
