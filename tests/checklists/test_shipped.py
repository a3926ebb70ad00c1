"""The shipped checklists lint clean, are thorough, and their examples come out."""

import re
import tomllib
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from fieldops.model.answertypes import AnswerType, Calculated, PassFail, PhotoOnly
from fieldops.model.checklist import Checklist, Example, Item
from fieldops.rules.checklists import (
    Report,
    address,
    canonical_bytes,
    decode,
    examine,
    parse,
)
from fieldops.rules.checklisttoml import write_toml
from fieldops.rules.examples import address_of, sheet_of
from fieldops.rules.scoring import failures, score_sheet

FOLDER = Path(__file__).resolve().parents[2] / "checklists"
FILES = sorted(FOLDER.glob("*/*.toml"))
DOMAINS = {"cleaning", "security", "facilities", "confidentiality"}
CHECKLISTS_MIN = 3
ITEMS_MIN = 25
"""What each domain comes with at least, and each of its checklists."""
_FIGURE = re.compile(r"[0-9一二三四五六七八九十两半零无全每逐均]")
"""A count, a limit, or "none", "all", "each": what makes a measure one."""


@cache
def report_of(file: Path) -> Report:
    """A shipped checklist looked through, once a run."""
    return examine(file.read_text(encoding="utf-8"), file.name)


def load(file: Path) -> Checklist:
    report = report_of(file)
    assert report.checklist is not None, "\n".join(
        f"{fault.path}:{fault.line}: {fault.messages['en']}" for fault in report.notes
    )
    return report.checklist


def items_of(checklist: Checklist) -> list[Item]:
    return [item for section in checklist.sections for item in section.items]


EXAMPLES = [
    pytest.param(file, number, id=f"{file.stem}-{number}")
    for file in FILES
    for number in range(len(tomllib.loads(file.read_text(encoding="utf-8"))["examples"]))
]


def example_of(file: Path, number: int) -> tuple[Checklist, Example]:
    checklist = load(file)
    return checklist, checklist.examples[number]


def test_each_domain_ships_a_checklist() -> None:
    assert {file.parent.name for file in FILES} == DOMAINS


@pytest.mark.parametrize("domain", sorted(DOMAINS))
def test_each_domain_goes_into_depth(domain: str) -> None:
    """What follows asks each of its checklists for its items, measures, clauses and examples."""
    assert len([file for file in FILES if file.parent.name == domain]) >= CHECKLISTS_MIN


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
class TestShipped:
    def test_it_lints_without_a_remark_and_is_named_after_its_file(self, file: Path) -> None:
        checklist = load(file)
        assert [f"{note.line}: {note.messages['en']}" for note in report_of(file).notes] == []
        assert (checklist.key, checklist.domain) == (file.stem, file.parent.name)

    def test_it_is_thorough(self, file: Path) -> None:
        checklist = load(file)
        items = items_of(checklist)
        assert len(items) >= ITEMS_MIN
        assert len(checklist.examples) >= 3
        assert all(re.match("[A-Z]{2}-[0-9]", item.clause) for item in items)
        assert len({type(item.answer) for item in items}) >= 7
        assert any(item.shows_if for item in items)
        assert any(item.constraint or isinstance(item.answer, Calculated) for item in items)
        assert any(section.repeat for section in checklist.sections)
        assert {item.severity for item in items} == {"minor", "major", "critical"}
        assert any(item.photos.min_count_on_fail for item in items)

    def test_every_item_is_bilingual_and_measured(self, file: Path) -> None:
        for item in items_of(load(file)):
            for texts in (item.titles, item.measure):
                assert re.search("[一-鿿]", texts["zh-CN"]), item.key
                assert re.search("[A-Za-z]{2}", texts["en"]), item.key
                assert not re.search("[一-鿿]", texts["en"]), item.key
            judged_by_eye = isinstance(item.answer, PassFail | PhotoOnly)
            assert not judged_by_eye or _FIGURE.search(item.measure["zh-CN"]), item.key

    def test_its_published_bytes_read_back_to_the_same(self, file: Path) -> None:
        checklist = load(file)
        assert decode(canonical_bytes(checklist)) == checklist
        assert address(decode(canonical_bytes(checklist))) == address(checklist)

    def test_its_examples_reach_every_item_and_almost_every_failure(self, file: Path) -> None:
        checklist = load(file)
        failed = {
            failure.item
            for example in checklist.examples
            for failure in failures(checklist, sheet_of(checklist, example))
        }
        never = [i.key for i in items_of(checklist) if i.scored and i.key not in failed]
        assert len(never) <= 5, never


@pytest.mark.parametrize(("file", "number"), EXAMPLES)
def test_an_example_gives_its_score_and_findings(file: Path, number: int) -> None:
    checklist, example = example_of(file, number)
    sheet = sheet_of(checklist, example)
    result = score_sheet(checklist, sheet)
    found = [address_of(each.item, each.repeat) for each in failures(checklist, sheet)]
    assert (result.score, result.passed) == (example.score, example.passed)
    assert Counter(found) == Counter(example.findings)


def test_a_change_of_an_example_is_noticed() -> None:
    text = (FOLDER / "cleaning" / "cleaning-daily.toml").read_text(encoding="utf-8")
    result = parse(text.replace("score = 91.03", "score = 90.94"), "cleaning-daily.toml")
    assert isinstance(result, list)
    assert [fault.code for fault in result] == ["example-score"]
    assert text.split("\n")[result[0].line - 1] == "score = 91.03"


def test_the_four_together_use_every_answer_type() -> None:
    used = {type(item.answer) for file in FILES for item in items_of(load(file))}
    assert set(AnswerType.__args__) - used == set()


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_checklist_written_out_as_toml_reads_as_the_same(file: Path):
    checklist = load(file)
    again = parse(write_toml(checklist), file.name)
    assert isinstance(again, Checklist), again
    assert address(again) == address(checklist)


def test_migrations_and_a_veto_are_written_out_too():
    text = FILES[0].read_text(encoding="utf-8")
    (first, *_) = (item.key for section in load(FILES[0]).sections for item in section.items)
    more = f'[[migrations]]\nfrom = "0.9"\nitems = {{ old_one = "{first}" }}\ndrop = ["gone"]\n'
    checklist = parse("critical_veto = true\n" + text + "\n" + more, "x.toml")
    assert isinstance(checklist, Checklist), checklist
    assert checklist.critical_veto
    assert checklist.migrations[0].drop == ("gone",)
    assert parse(write_toml(checklist), "x.toml") == checklist
