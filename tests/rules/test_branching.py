"""Which items show, in which repeats, and what an expression sees on the way down."""

from decimal import Decimal

from tests.rules.factories import TITLES, checklist, item, section, sheet

from fieldops.model.answer import Answer, Line, Reading, Sheet
from fieldops.model.answertypes import Calculated, Choice, Meter, Number, Single
from fieldops.model.checklist import Checklist, Repeat
from fieldops.rules.branching import read_sheet

POOL = Single(choices=(Choice(key="yes", titles=TITLES), Choice(key="no", titles=TITLES)))


def shown(reading: Reading) -> list[str]:
    return [f"{line.item}@{line.repeat}".rstrip("@") for line in reading.lines]


def line(reading: Reading, key: str, repeat: str = "") -> Line:
    return next(each for each in reading.lines if (each.item, each.repeat) == (key, repeat))


def pool() -> Checklist:
    return checklist(
        section("s", item("pool", POOL), item("depth", shows_if='pool == "yes"')),
        section("t", item("lid", shows_if="failed(depth)"), shows_if='pool == "yes"'),
    )


def test_items_show_in_order_and_only_when_their_condition_holds() -> None:
    assert shown(read_sheet(pool(), sheet(pool="yes", depth="pass"))) == ["pool", "depth"]
    assert shown(read_sheet(pool(), sheet(pool="yes", depth="fail"))) == ["pool", "depth", "lid"]
    assert shown(read_sheet(pool(), sheet(pool="no", depth="fail"))) == ["pool"]


def test_an_unknown_condition_hides() -> None:
    assert shown(read_sheet(pool(), sheet())) == ["pool"]


def test_the_answer_to_a_hidden_item_counts_as_not_given() -> None:
    chain = checklist(
        section(
            "s",
            item("a", POOL),
            item("b", POOL, shows_if='a == "yes"'),
            item("c", shows_if='b == "yes"'),
        )
    )
    assert shown(read_sheet(chain, sheet(a="no", b="yes", c="pass"))) == ["a"]


def test_answers_to_unknown_items_are_left_out() -> None:
    assert shown(read_sheet(pool(), sheet(pool="no", ghost="pass"))) == ["pool"]


def lifts() -> Checklist:
    return checklist(
        section(
            "lifts",
            item("stops", Number()),
            item("alarm"),
            item("phone", shows_if="stops > 10"),
            repeat=True,
        ),
        section("sum", item("total", Calculated(expression="sum(stops)", decimals=0))),
        section("bad", item("report", shows_if="count_failed(alarm) >= 2")),
    )


def test_a_repeat_group_shows_its_items_once_for_each_repeat() -> None:
    answers = sheet(stops__B=20, alarm__B="fail", stops__A=5, alarm__A="fail")
    reading = read_sheet(lifts(), answers)
    assert shown(reading) == [
        "stops@A", "alarm@A", "stops@B", "alarm@B", "phone@B", "total", "report",
    ]  # fmt: skip
    assert line(reading, "total").judgement.value == Decimal(25)


def test_repeats_can_be_listed_before_anything_is_answered() -> None:
    reading = read_sheet(lifts(), Sheet(repeats={"lifts": ("B", "A")}))
    assert shown(reading) == ["stops@A", "alarm@A", "stops@B", "alarm@B", "total"]


def test_answers_without_a_repeat_are_not_part_of_a_group() -> None:
    assert shown(read_sheet(lifts(), sheet(stops=5))) == ["total"]


def test_too_few_and_too_many_repeats_are_told() -> None:
    group = Repeat(titles=TITLES, min_count=1, max_count=2)
    counted = checklist(section("lifts", item("alarm"), group=group))
    assert [each.section for each in read_sheet(counted, sheet()).violations] == ["lifts"]
    two = sheet(alarm__A="pass", alarm__B="pass")
    assert read_sheet(counted, two).violations == ()
    three = sheet(alarm__A="pass", alarm__B="pass", alarm__C="pass")
    assert read_sheet(counted, three).violations[0].violation.code == "repeats"


def test_the_usage_of_a_meter_and_the_day_of_the_walk_can_be_referred_to() -> None:
    metered = checklist(
        section(
            "s",
            item("m", Meter()),
            item("high", shows_if='usage(m) > 10 and today == "2026-11-21"'),
        )
    )
    answer = Answer(item="m", value={"reading": "120", "previous": "100"})
    assert shown(read_sheet(metered, sheet(m=answer))) == ["m", "high"]
    assert shown(read_sheet(metered, sheet("2026-11-22", m=answer))) == ["m"]


def test_reading_a_sheet_twice_gives_the_same() -> None:
    answers = sheet(stops__B=20, alarm__B="fail")
    assert read_sheet(lifts(), answers) == read_sheet(lifts(), answers)
