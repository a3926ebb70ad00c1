"""Every remark: the checklist that earns it, the line it is told at, and that nobody is stopped."""

from typing import get_args

import pytest
from tests.rules.factories import HEAD, ITEM, toml

from fieldops.model.checklist import Checklist
from fieldops.model.fault import Gravity
from fieldops.rules.checklists import examine, parse
from fieldops.rules.faults import FAULTS
from fieldops.rules.remarktexts import REACH, REMARKS

MEASURED = ITEM.replace("量", "目视 1 米").replace("Measured", "Seen from 1 m")
EXAMPLE = """[[examples]]
titles = { zh-CN = "例", en = "Example" }
date = "2026-11-21"
rest = "pass"
score = 100
"""


def text_of(*items: str, sections: str = "", examples: str = EXAMPLE * 3) -> str:
    """A checklist without a remark, but for what the items say."""
    return toml(*items, sections=sections, examples=examples).replace(ITEM, MEASURED)


SECOND = """[[sections]]
key = "t"
titles = { zh-CN = "二", en = "Second" }
weight = 60
[[sections.items]]
key = "t_item"
titles = { zh-CN = "某", en = "Some" }
measure = { zh-CN = "目视", en = "Look" }
"""
WEIGHTED = HEAD + SECOND + SECOND.replace('"t', '"u').replace("二", "三").replace("Second", "Third")
CHOICES = """key = "a"
answer = { type = "single", choices = [
  { key = "x", titles = { zh-CN = "甲", en = "One" } },
  { key = "y", titles = { zh-CN = "乙", en = "One" } },
] }"""
TRIED = EXAMPLE + 'answers = { a = "x" }\n'


def notes(text: str) -> list[tuple[str, int]]:
    return [(note.code, note.line) for note in examine(text, "test.toml").notes]


def line_of(text: str, start: str) -> int:
    return next(n for n, line in enumerate(text.split("\n"), 1) if line.startswith(start))


def test_a_checklist_with_nothing_to_remark_has_no_notes() -> None:
    assert notes(text_of()) == []


@pytest.mark.parametrize(
    ("text", "code", "at"),
    [
        (
            text_of().replace("目视 1 米", "干净整洁").replace("Seen from 1 m", "Clean and tidy"),
            "vague-measure",
            "measure",
        ),
        (
            text_of().replace("目视 1 米", "Look at it").replace("Seen from 1 m", "Look at it"),
            "copied-text",
            "measure",
        ),
        (text_of().replace('en = "Item"', 'en = "项"'), "copied-text", 'titles = { zh-CN = "项"'),
        (text_of(CHOICES, examples=TRIED * 3), "duplicate-title", '  { key = "y"'),
        (text_of('key = "a"', 'key = "b"'), "duplicate-title", ""),
        (WEIGHTED + EXAMPLE * 3, "section-weights-sum", "weight = 60"),
        (
            text_of('key = "a"\nscored = false\nweight = 3') + SECOND.replace("weight = 60", ""),
            "unused-weight",
            "weight = 3",
        ),
        (
            text_of('key = "a"\nscored = false', sections="weight = 40\n", examples="")
            + SECOND
            + EXAMPLE * 3,
            "unused-section-weight",
            "weight = 40",
        ),
        (
            text_of('key = "a"\nscored = false').replace("score = 100", ""),
            "nothing-scored",
            "[[sections]]",
        ),
        (text_of(examples=EXAMPLE), "few-examples", "[[examples]]"),
        (
            text_of().replace('titles = { zh-CN = "例", en = "Example" }', "", 1),
            "untitled-example",
            "[[examples]]",
        ),
        (
            text_of('key = "a"\n', 'key = "b"\ntitles = 0\nshows_if = "failed(a)"').replace(
                MEASURED + 'key = "b"\ntitles = 0\n',
                MEASURED.replace("项", "另").replace("Item", "Other") + 'key = "b"\n',
            ),
            "untried-item",
            "",
        ),
    ],
)
def test_what_is_probably_not_meant_is_remarked(text: str, code: str, at: str) -> None:
    found = examine(text, "test.toml")
    assert [note.code for note in found.notes] == [code], [n.messages["en"] for n in found.notes]
    assert found.notes[0].severity == "remark"
    if at:
        assert found.notes[0].line == line_of(text, at)
    assert isinstance(parse(text, "test.toml"), Checklist)


@pytest.mark.parametrize(
    "words",
    [
        ("任取十平方米", "Anywhere"),
        ("无积水", "Dry"),
        ("用仪表测", "By meter"),
        ("干燥", "Nothing wet"),
        ("干燥", "Counted at the gate"),
        ("Dry", "At 2 m"),
    ],
)
def test_a_measure_with_a_figure_or_a_method_in_either_language_is_measurable(
    words: tuple[str, str],
) -> None:
    zh, en = words
    assert notes(text_of().replace("目视 1 米", zh).replace("Seen from 1 m", en)) == []


def test_what_can_never_show_is_a_fault_with_its_place() -> None:
    text = text_of('key = "a"', 'key = "b"\nshows_if = "passed(a) and failed(a)"')
    found = [note for note in examine(text, "test.toml").faults if note.code != "example-score"]
    assert [(note.code, note.line) for note in found] == [
        ("unreachable-item", line_of(text, "shows_if"))
    ]
    assert isinstance(parse(text, "test.toml"), list)


def test_a_checklist_can_be_judged_by_before_its_examples_come_out() -> None:
    report = examine(text_of().replace("score = 100", "score = 1"), "test.toml")
    assert report.checklist is not None
    assert {note.code for note in report.faults} == {"example-score"}
    assert examine("key = 1", "test.toml").checklist is None


def test_every_note_has_texts_in_both_languages() -> None:
    assert REACH.keys() | REMARKS.keys() <= FAULTS.keys()
    for texts in FAULTS.values():
        assert all((texts.zh, texts.en, texts.zh_advice, texts.en_advice))
    assert get_args(Gravity) == ("fault", "remark")
