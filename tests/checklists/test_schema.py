"""The JSON Schema for editors: fresh, kept by every shipped checklist, and broken by mistakes."""

import json
import tomllib
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
from click.testing import CliRunner
from tests.checklists import schema_file
from tests.checklists.test_shipped import FILES, FOLDER

from fieldops.cli.root import cli
from fieldops.rules.checklists import examine
from fieldops.rules.checklistschema import NAME, checklist_schema, schema_text

VALIDATOR = jsonschema.Draft202012Validator(checklist_schema())
GOOD = (FOLDER / "README.md").read_text(encoding="utf-8").split("```toml\n")[1].split("```")[0]


def as_editors_see_it(value: Any) -> Any:
    """TOML as JSON: dates are texts."""
    if isinstance(value, dict):
        return {name: as_editors_see_it(one) for name, one in value.items()}
    if isinstance(value, list):
        return [as_editors_see_it(one) for one in value]
    return value.isoformat() if isinstance(value, date | datetime | time) else value


def mistakes(text: str) -> list[str]:
    document = as_editors_see_it(tomllib.loads(text))
    return [error.message for error in VALIDATOR.iter_errors(document)]


def test_the_file_is_fresh_and_its_generator_tells_when_not(tmp_path: Path) -> None:
    assert schema_file.main(["--check"]) == 0
    other = tmp_path / NAME
    assert schema_file.main(["--check"], other) == 1
    assert schema_file.main([], other) == 0
    assert schema_file.main(["--check"], other) == 0


def test_it_is_a_schema_and_the_command_prints_it() -> None:
    jsonschema.Draft202012Validator.check_schema(checklist_schema())
    assert CliRunner().invoke(cli, ["checklist", "schema"]).stdout == schema_text()


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_shipped_checklist_keeps_it(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert mistakes(text) == []
    first = text.split("\n")[0]
    if first.startswith("#:schema "):
        assert (file.parent / first.removeprefix("#:schema ")).resolve() == schema_file.FILE


def test_figures_are_numbers_or_decimal_text_and_dates_may_be_dates() -> None:
    loose = GOOD.replace("weight = 3", 'weight = "2.5"').replace("pass_min = 60", "pass_min = 60.5")
    loose = loose.replace('date = "2026-11-21"', "date = 2026-11-21")
    loose = loose.replace('answers = { "lift_floor@A" = "fail"', "answers = { gloss = 12.5")
    assert mistakes(loose) == []


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ('key = "lobby-mini"', 'key = "Lobby"'),
        ('version = "1.0"', "version = 1.0"),
        ("threshold_percent = 80", 'threshold_percent = "80 %"'),
        ("threshold_percent = 80", "treshold_percent = 80"),
        ('titles = { zh-CN = "大堂快检", en = "Lobby quick check" }', 'titles = { en = "Lobby" }'),
        ('titles = { zh-CN = "大堂快检", en = "Lobby quick check" }', 'titles = "Lobby"'),
        ('en = "Floor clean"', 'en = ""'),
        (
            'measure = { zh-CN = "目视无污渍、积水。", en = "No stain and no water to be seen." }',
            "",
        ),
        ('severity = "major"', 'severity = "grave"'),
        ("scored = false", 'scored = "no"'),
        ("na_allowed = true", "na_alowed = true"),
        ('type = "number"', 'type = "nummer"'),
        ("pass_min = 60", "pass_least = 60"),
        ("min_count_on_fail = 1", "min_count_on_fail = -1"),
        ('rest = "pass"', 'rest = "fail"'),
        ('na = ["gloss"]', 'na = "gloss"'),
        ('pattern = "WO-[0-9]{4}"', "pattern = 4"),
    ],
)
def test_a_typical_mistake_breaks_it_as_lint_says(right: str, wrong: str) -> None:
    assert right in GOOD
    text = GOOD.replace(right, wrong, 1)
    assert mistakes(text)
    assert examine(text, "bad.toml").faults


def test_every_member_says_in_both_languages_what_it_means() -> None:
    schema = checklist_schema()
    structs = [
        schema,
        *(one for one in schema["$defs"].values() if one != schema["$defs"]["Titles"]),
    ]
    for struct in structs:
        for name, member in struct["properties"].items():
            assert name == "type" or len(member["description"].split("\n")) == 2, name
    assert json.loads(schema_text()) == schema
