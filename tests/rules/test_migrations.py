"""Answers carried over between versions: what maps, what is lost and why, by which chain."""

from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from tests.rules.factories import TITLES, faults, item, section, sheet, toml

from fieldops.model.answer import Answer
from fieldops.model.answertypes import (
    AnswerType,
    Calculated,
    Choice,
    Code,
    Duration,
    Moment,
    Multiple,
    Number,
    PassFail,
    Single,
    Text,
)
from fieldops.model.checklist import Checklist, Migration
from fieldops.model.inspection import EarlierResult, EarlierWalk
from fieldops.rules.checklists import address, canonical_bytes, check_migrations, decode, parse
from fieldops.rules.migrations import (
    chain_of,
    earlier_by,
    key_map,
    keys_between,
    maps,
    migrate,
)


def version(number: str, *items: Any, **members: Any) -> Checklist:
    parts = items if items and hasattr(items[0], "items") else (section("s", *items),)
    return Checklist(
        key="test", version=number, domain="cleaning", titles=TITLES, sections=parts, **members
    )


def choices(*keys: str) -> tuple[Choice, ...]:
    return tuple(Choice(key=key, titles=TITLES) for key in keys)


def by(source: str, **members: Any) -> tuple[Migration, ...]:
    return (Migration(from_version=source, **members),)


OLD = version(
    "1.0",
    item("floor"),
    item("odour"),
    item("damage", Single(choices=choices("crack", "dent"))),
    item("gloss", Number(unit="GU", max=None)),
    item("sum", Calculated(expression="gloss * 2")),
)
NEW = version(
    "2.0",
    item("floor_clean"),
    item("damage", Multiple(choices=choices("broken", "dent"))),
    item("gloss", Number(unit="GU", max=Decimal(100))),
    migrations=by(
        "1.0", items={"floor": "floor_clean"}, choices={"damage.crack": "broken"}, drop=("odour",)
    ),
)


def carried(answers: dict[str, Any], *chain: Checklist) -> tuple[dict[str, Any], dict[str, str]]:
    """What is carried over and why the rest is not, by item."""
    done = migrate(sheet(**answers), chain)
    kept = {
        one.item: one.value if one.outcome is None else one.outcome for one in done.sheet.answers
    }
    return kept, {one.item: one.reason for one in done.lost}


def test_renamed_items_and_choices_are_carried_and_what_is_dropped_is_named():
    answers = {"floor": "pass", "odour": "fail", "damage": "crack", "gloss": "70", "sum": "140"}
    kept, lost = carried(answers, OLD, NEW)
    assert kept == {"floor_clean": "pass", "damage": ["broken"], "gloss": "70"}
    assert lost == {"odour": "dropped"}


def test_limits_that_are_narrower_and_choices_that_have_gone_lose_the_answer():
    new = version(
        "2.0",
        item("damage", Single(choices=choices("dent", "scratch"))),
        item("gloss", Number(unit="GU", max=Decimal(60))),
    )
    kept, lost = carried({"damage": "crack", "gloss": "70", "floor": "na"}, OLD, new)
    assert kept == {}
    assert lost == {"damage": "choice", "gloss": "range", "floor": "gone"}
    (message,) = migrate(sheet(gloss="70"), (OLD, new)).lost
    assert "70" in message.messages["zh-CN"]


def test_a_not_applicable_answer_needs_an_item_that_allows_it():
    allows = version("2.0", item("floor", na_allowed=True), item("odour"))
    kept, lost = carried({"floor": "na", "odour": "na"}, OLD, allows)
    assert (kept, lost) == ({"floor": "na"}, {"odour": "not-applicable"})


def test_another_type_or_grouping_loses_the_answer_and_a_claim_alone_is_kept():
    new = version(
        "2.0",
        section("s", item("odour", Text()), item("gloss", Number(unit="%"))),
        section("g", item("floor"), repeat=True),
    )
    given = {"floor": "pass", "odour": "pass", "gloss": "1"}
    assert carried(given, OLD, new)[1] == {"floor": "repeat", "odour": "type", "gloss": "type"}
    claimed = {"damage": Answer(item="damage", outcome="fail")}
    assert carried(claimed, OLD, NEW)[0] == {"damage": "fail"}


def test_whoever_takes_over_a_key_replaces_the_item_that_had_it():
    new = version("2.0", item("odour"), migrations=by("1.0", items={"floor": "odour"}))
    assert carried({"floor": "pass", "odour": "fail"}, OLD, new) == (
        {"odour": "pass"},
        {"odour": "replaced"},
    )


def test_repeats_of_sections_that_are_groups_still_are_carried():
    first = version("1", section("g", item("a"), repeat=True), section("h", item("b"), repeat=True))
    last = version("2", section("g", item("a"), repeat=True), section("h", item("b")))
    given = sheet(a__L1="pass")
    given = type(given)(date=given.date, answers=given.answers, repeats={"g": ("L2",), "h": ("x",)})
    assert migrate(given, (first, last)).sheet.repeats == {"g": ("L2",)}
    assert migrate(given, (first,)).sheet == given


@pytest.mark.parametrize(
    ("was", "now", "fits"),
    [
        (PassFail(), PassFail(), True),
        (PassFail(), Text(), False),
        (Text(), Code(), True),
        (Single(choices=()), Multiple(choices=()), True),
        (Multiple(choices=()), Single(choices=()), False),
        (Duration(unit="h"), Duration(unit="min"), False),
        (Moment(part="date"), Moment(part="time"), False),
        (Moment(part="date"), Moment(part="date", pass_from_days=0), True),
    ],
)
def test_types_map_where_they_mean_the_same(was: AnswerType, now: AnswerType, fits: bool):
    assert maps(was, now) is fits


def test_what_somebody_wrote_is_not_quoted():
    old = version("1.0", item("badge", Text()))
    new = version("2.0", item("badge", Code(pattern="P-[0-9]+")))
    (lost,) = migrate(sheet(badge="13800001111"), (old, new)).lost
    assert lost.reason == "pattern"
    assert "1380" not in "".join(lost.messages.values())
    assert carried({"badge": "P-7"}, old, new) == ({"badge": "P-7"}, {})


# Chains

V1 = version("1", item("a"))
V2 = version("2", item("b"), migrations=by("1", items={"a": "b"}))
V3 = version("3", item("c"), migrations=by("2", items={"b": "c"}))
OUT = (V1, V2, V3)


def test_versions_between_are_gone_through_unless_a_shorter_way_is_declared():
    assert chain_of(V1, V3, OUT) == OUT
    assert key_map(OUT) == {"a": "c"}
    straight = version("4", item("z"), migrations=by("1", items={"a": "z"}))
    assert chain_of(V1, straight, OUT) == (V1, straight)
    assert chain_of(V2, straight, OUT) == (V2, V3, straight)
    over = version("4", item("z"), migrations=by("2", items={"b": "z"}))
    assert chain_of(V1, over, OUT) == (V1, V2, over)
    assert chain_of(V3, V3, OUT) == (V3,)
    unknown = version("0", item("a"))
    assert chain_of(unknown, V3, OUT) == (unknown, V3)


def test_keys_are_found_back_from_a_later_version_too():
    assert keys_between(V1, V3, OUT) == {"a": "c"}
    assert keys_between(V3, V1, OUT) == {"c": "a"}
    gone = version("3", item("other"), migrations=by("2", drop=("b",)))
    assert keys_between(gone, V1, (V1, V2, gone)) == {"other": None}
    assert keys_between(V1, gone, (V1, V2, gone)) == {"a": None}


def test_an_earlier_walk_is_told_under_the_keys_of_now():
    results = tuple(EarlierResult(section="s", item=key) for key in ("a", "gone", "foreign"))
    walk = EarlierWalk(id=UUID(int=1), checklist="test", date="2026-11-20", results=results)
    renamed = earlier_by(walk, {"a": "c", "gone": None})
    assert [one.item for one in renamed.results] == ["c", "foreign"]


# As people write them

ZONE = """key = "zone"
required = false
answer = { type = "single", choices = [
  { key = "lobby", titles = { zh-CN = "堂", en = "Lobby" } },
  { key = "lift", titles = { zh-CN = "梯", en = "Lift" } },
] }"""
CALCULATED = 'key = "twice"\nanswer = { type = "calculated", expression = "1 + 1" }'


def with_migration(text: str) -> str:
    return toml('key = "a"', 'key = "b"', ZONE, CALCULATED) + "[[migrations]]\n" + text


GOOD = with_migration(
    'from = "0.9"\nitems = { x = "a" }\ndrop = ["y"]\nchoices = { "zone.hall" = "lobby" }\n'
)


def parsed(text: str) -> Checklist:
    read = parse(text, "test.toml")
    assert isinstance(read, Checklist), read
    return read


def test_a_declared_migration_is_part_of_what_is_published():
    checklist = parsed(GOOD)
    assert checklist.migrations[0].from_version == "0.9"
    assert b'"migrations":[{"choices":{"zone.hall":"lobby"},"drop":["y"],"from":"0.9"' in (
        canonical_bytes(checklist)
    )
    assert decode(canonical_bytes(checklist)) == checklist
    assert address(checklist) != address(parsed(GOOD.partition("[[migrations]]")[0]))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('from = "1"', "migration-self"),
        ('from = "0"\n[[migrations]]\nfrom = "0"', "migration-twice"),
        ('from = "0"\nitems = { x = "nothing" }', "migration-target"),
        ('from = "0"\nitems = { x = "twice" }', "migration-target"),
        ('from = "0"\nitems = { x = "a", y = "a" }', "migration-collision"),
        ('from = "0"\nitems = { a = "b", b = "a" }', "migration-cycle"),
        ('from = "0"\nitems = { x = "a" }\ndrop = ["x"]', "migration-both"),
        ('from = "0"\nchoices = { "zone.hall" = "nowhere" }', "migration-choice"),
        ('from = "0"\nchoices = { "hall.x" = "lobby" }', "migration-target"),
        ('from = "0"\ndrop = ["zone"]\nchoices = { "zone.x" = "lobby" }', "migration-target"),
        ('from = "0"\nchoices = { "zone" = "lobby" }', "bad-form"),
        ('items = { x = "a" }', "missing-member"),
    ],
)
def test_lint_names_what_is_wrong_with_a_migration(text: str, code: str):
    (found,) = {one for one, _ in faults(with_migration(text + "\n"))}
    assert found == code


def test_a_chain_of_renames_within_one_migration_is_no_cycle():
    assert faults(with_migration('from = "0"\nitems = { x = "a", a = "b" }\n')) == []


HALL = ZONE.replace('"lobby"', '"hall"')


@pytest.mark.parametrize(
    ("before", "codes"),
    [
        (toml('key = "x"', 'key = "y"', HALL), []),
        (toml('key = "x"', HALL), ["migration-source"]),
        (toml('key = "y"', HALL), ["migration-source"]),
        (toml('key = "x"', 'key = "y"'), ["migration-source"]),
        (toml('key = "x"', 'key = "y"', ZONE), ["migration-source"]),
        (
            toml('key = "x"\nrequired = false\nanswer = { type = "text" }', 'key = "y"', HALL),
            ["migration-type"],
        ),
    ],
)
def test_migrations_are_held_against_the_version_they_carry_from(before: str, codes: list[str]):
    old = parsed(before.replace('version = "1"', 'version = "0.9"'))
    found = check_migrations(parsed(GOOD), GOOD, "test.toml", [old])
    assert [one.code for one in found] == codes
    assert all(one.line > 20 for one in found)


def test_a_migration_from_a_version_that_never_was_is_a_fault():
    (fault,) = check_migrations(parsed(GOOD), GOOD, "test.toml", [])
    assert fault.code == "migration-version"
    assert GOOD.splitlines()[fault.line - 1].startswith("from")
