"""Answers that are not on record: read from files, changed one by one, played."""

from decimal import Decimal

import pytest
from tests.rules.factories import checklist, item, section

from fieldops.model.answertypes import Number
from fieldops.model.checklist import Example
from fieldops.rules.answerfiles import read_answers, value_of, with_answers
from fieldops.rules.trial import play

DAY = "2026-11-22"


def test_a_file_may_hold_nothing_but_answers() -> None:
    found = read_answers(
        'floor = "fail"\nn = 1.50\n"door@A" = ["x"]\non = 2026-11-01', "a.toml", DAY
    )
    assert found == Example(
        date=DAY, answers={"floor": "fail", "n": "1.5", "door@A": ["x"], "on": "2026-11-01"}
    )
    assert read_answers('{"floor": "fail", "n": 1.50}', "a.json", DAY) == Example(
        date=DAY, answers={"floor": "fail", "n": "1.5"}
    )


def test_a_file_may_be_written_like_an_example() -> None:
    text = 'date = "2026-01-02"\nrest = "pass"\nna = ["a"]\n[answers]\nn = 3'
    wanted = Example(date="2026-01-02", rest="pass", na=("a",), answers={"n": 3})
    assert read_answers(text, "a.toml", DAY) == wanted
    assert read_answers("", "a.toml", DAY) == Example(date=DAY)
    # An item may be called as a member of an example is, beside other answers.
    assert read_answers("photos = 3\nfloor = 'pass'", "a.toml", DAY) == Example(
        date=DAY, answers={"photos": 3, "floor": "pass"}
    )


@pytest.mark.parametrize(
    ("text", "path", "code", "line"),
    [
        ("floor = ", "a.toml", "toml-syntax", 1),
        ("{", "a.json", "toml-syntax", 1),
        ("[1]", "a.json", "toml-syntax", 1),
        ("a = 1\nfloor = { deep = { er = 1 } }", "a.toml", "wrong-type", 2),
        ('rest = "fail"', "a.toml", "not-allowed", 1),
        ("na = 'a'\n[answers]", "a.toml", "wrong-type", 1),
        ("answers = 3", "a.toml", "wrong-type", 1),
    ],
)
def test_answers_that_cannot_be_read_are_told_by_line(
    text: str, path: str, code: str, line: int
) -> None:
    found = read_answers(text, path, DAY)
    assert isinstance(found, list)
    assert [(fault.code, fault.line) for fault in found] == [(code, line)]


def test_what_people_say_is_a_value_of_toml_or_a_text() -> None:
    assert value_of("12.50") == "12.5"
    assert value_of("12") == 12
    assert value_of("fail") == "fail"
    assert value_of('["a", "b"]') == ["a", "b"]
    assert value_of('{ reading = "12" }') == {"reading": "12"}
    assert value_of("2026-11-01") == "2026-11-01"


def test_answers_are_changed_claimed_not_applicable_and_taken_back() -> None:
    start = Example(date=DAY, answers={"a": "pass", "b": 1}, na=("c",), fail=("d",))
    said = [("a", "na"), ("b", ""), ("c", "3"), ("d", "pass")]
    found = with_answers(start, said)
    assert found == Example(date=DAY, answers={"c": 3, "d": "pass"}, na=("a",))


def test_a_trial_tells_what_shows_what_does_not_and_what_was_answered_in_vain() -> None:
    made = checklist(
        section("s", item("floor"), item("why", Number(), shows_if="failed(floor)")),
        section("g", item("door"), repeat=True),
    )
    trial = play(made, Example(date=DAY, answers={"floor": "pass", "why": 3, "door@A": "fail"}))
    assert [line.item for line in trial.reading.lines] == ["floor", "door"]
    assert trial.hidden == ("why",)
    assert trial.unused == ("why",)
    assert trial.score.score == Decimal(50)
