"""Reading checklists from TOML, and the bytes that are published."""

from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.rules.factories import HEAD, codes, faults, toml

from fieldops.model.checklist import Checklist
from fieldops.model.fault import Fault
from fieldops.rules.checklists import (
    TEXT_LENGTH_MAX,
    UnreadableChecklist,
    address,
    canonical_bytes,
    decode,
    parse,
)
from fieldops.rules.faults import FAULTS

NUMBER = 'key = "n"\nanswer = { type = "number", pass_max = 4.50 }'
CHOICE = """key = "zone"
scored = false
answer = { type = "single", choices = [
  { key = "lobby", titles = { zh-CN = "堂", en = "Lobby" } },
  { key = "lift", titles = { zh-CN = "梯", en = "Lift" } },
] }"""


def read(text: str) -> Checklist:
    result = parse(text, "test.toml")
    assert isinstance(result, Checklist), result
    return result


def only_fault(text: str) -> Fault:
    result = parse(text, "test.toml")
    assert isinstance(result, list)
    assert len(result) == 1, result
    return result[0]


def test_a_checklist_is_read_with_its_defaults() -> None:
    checklist = read(toml())
    first = checklist.sections[0].items[0]
    assert (first.key, first.weight, first.severity) == ("a", Decimal(1), "minor")
    assert first.required
    assert checklist.threshold_percent == 85


def test_fractions_are_decimals_in_one_notation() -> None:
    examples = "[[examples]]\ndate = 2026-11-21\nanswers = { n = 4.250 }\nscore = 100.0\n"
    checklist = read(toml(NUMBER, examples=examples))
    assert checklist.sections[0].items[0].answer.pass_max == Decimal("4.5")  # type: ignore[union-attr]
    assert checklist.examples[0].answers == {"n": "4.25"}
    assert checklist.examples[0].date == "2026-11-21"
    assert b'"4.5"' in canonical_bytes(checklist)


@pytest.mark.parametrize("weight", ["1.5", "1.50", "15e-1", "+1.5", "1_5e-1", '"1.5"'])
def test_the_same_number_in_another_notation_has_the_same_address(weight: str) -> None:
    text = toml('key = "a"\nweight = 1.5')
    assert address(read(text.replace("weight = 1.5", f"weight = {weight}"))) == address(read(text))


@pytest.mark.parametrize("weight", ["1e400", "inf", "nan", "1e-30", "12345678901234567.5", "1e20"])
def test_numbers_out_of_bounds_are_faults(weight: str) -> None:
    assert codes(toml(f'key = "a"\nweight = {weight}')) == {"wrong-type"}


def test_published_bytes_are_canonical_and_read_back() -> None:
    checklist = read(toml(NUMBER, CHOICE, examples=(
        '[[examples]]\ndate = "2026-11-21"\nanswers = { n = 4, zone = "lift" }\nscore = 100\n'
    )))  # fmt: skip
    body = canonical_bytes(checklist)
    assert decode(body) == checklist
    assert canonical_bytes(decode(body)) == body
    members = list(msgspec.json.decode(body))
    assert members == sorted(members)
    assert len(address(checklist)) == 64


def test_a_change_of_a_single_character_changes_the_address() -> None:
    assert address(read(toml())) != address(read(toml().replace('"Item"', '"item"')))


def test_layout_and_comments_do_not_change_the_address() -> None:
    assert address(read(toml())) == address(read("# note\n\n" + toml().replace(" = ", "=")))


def test_what_an_earlier_version_published_is_still_read() -> None:
    body = b"""{"key":"old","version":"1","domain":"cleaning","titles":{"en":"Old"},
        "sections":[{"key":"s","items":[{"key":"a"},{"key":"n","answer":{"type":"number"}}]}]}"""
    assert [item.key for item in decode(body).sections[0].items] == ["a", "n"]


def test_members_of_a_later_version_are_ignored() -> None:
    body = canonical_bytes(read(toml()))
    later = body.replace(b'{"domain"', b'{"colour":"red","domain"', 1)
    assert decode(later) == decode(body)


@pytest.mark.parametrize(
    "member",
    [
        '"shows_if":"future(a)"',
        '"constraint":{"expression":"value ~ 1"}',
        '"answer":{"type":"calculated","expression":"1 +"}',
        '"answer":{"type":"hologram"}',
    ],
)
def test_what_this_version_could_not_judge_is_unreadable(member: str) -> None:
    body = (
        '{"key":"new","version":"9","domain":"d","sections":[{"key":"s","items":[{"key":"a",%s}]}]}'
    )
    with pytest.raises(UnreadableChecklist):
        decode((body % member).encode())


def test_a_section_that_this_version_could_not_show_is_unreadable() -> None:
    body = b'{"key":"new","version":"9","domain":"d","sections":[{"key":"s","shows_if":"=="}]}'
    with pytest.raises(UnreadableChecklist):
        decode(body)


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b"\xff", b'{"key":1}', b"[" * 5000])
def test_other_bytes_are_unreadable(body: bytes) -> None:
    with pytest.raises(UnreadableChecklist):
        decode(body)


@pytest.mark.parametrize(
    ("broken", "line", "column", "zh"),
    [
        ('key = "a', 1, 9, "引号"),
        ("key = a", 1, 7, "引号"),
        ("key", 1, 4, "等号"),
        ('key = "a"\nkey = "b"', 2, 10, "两次"),
        ("[a]\n[a]", 2, 3, "两次"),
        ('key = "a" x', 1, 11, "多出"),
        ("a = [1", 1, 7, "列表"),
        ("= 1", 1, 1, "不是键"),
    ],
)
def test_a_syntax_error_is_told_with_its_place(
    broken: str, line: int, column: int, zh: str
) -> None:
    fault = only_fault(broken)
    assert (fault.code, fault.line, fault.column) == ("toml-syntax", line, column)
    assert zh in fault.messages["zh-CN"]
    assert fault.path == "test.toml"
    assert "(at" not in fault.messages["en"]


@pytest.mark.parametrize("text", ["a = " + "[" * 100_000, "a = " + "9" * 5000])
def test_what_python_cannot_read_is_a_syntax_fault(text: str) -> None:
    assert only_fault(text).code == "toml-syntax"


def test_a_file_that_is_too_large_is_not_read() -> None:
    assert only_fault("#" * (TEXT_LENGTH_MAX + 1)).code == "toml-size"
    assert "toml-size" not in codes("#" * TEXT_LENGTH_MAX)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", {("missing-member", 1)}),
        (HEAD + "colour = 1\n", {("unknown-member", 5)}),
        (HEAD + 'threshold_percent = "high"\n', {("wrong-type", 5)}),
        (HEAD + "threshold_percent = true\n", {("wrong-type", 5)}),
        (HEAD + "critical_veto = 1\n", {("wrong-type", 5)}),
        (HEAD + "sections = 1\n", {("wrong-type", 5)}),
        (HEAD + "sections = [1]\n", {("wrong-type", 5)}),
        (HEAD + "examples = 1\n", {("wrong-type", 5)}),
        (HEAD + "summary = 1\n", {("wrong-type", 5)}),
        (HEAD + 'summary = { fr = "x" }\n', {("not-allowed", 5)}),
        (HEAD + "summary = { en = 1.5 }\n", {("wrong-type", 5)}),
        (HEAD.replace('"test"', '"No Key"'), {("bad-form", 1)}),
        (HEAD.replace('"1"', "1.0"), {("wrong-type", 2)}),
    ],
)
def test_what_does_not_fit_the_shape_is_told_by_line(
    text: str, expected: set[tuple[str, int]]
) -> None:
    assert set(faults(text)) == expected


@pytest.mark.parametrize(
    ("member", "code"),
    [
        ("weigth = 2", "unknown-member"),
        ('severity = "huge"', "not-allowed"),
        ("severity = 1", "wrong-type"),
        ("photos = 1", "wrong-type"),
        ("photos = { min_count = -1 }", "out-of-bounds"),
        ("photos = { min_count = 1.5 }", "wrong-type"),
        ("photos = { min_count = true }", "wrong-type"),
        ("required = 1", "wrong-type"),
        ("answer = 1", "wrong-type"),
        ("answer = { }", "missing-member"),
        ('answer = { type = "number", unti = "m" }', "unknown-member"),
        ('answer = { type = "numeric" }', "not-allowed"),
        ('answer = { type = "single" }', "missing-member"),
        ('answer = { type = "temperature", unit = "K" }', "not-allowed"),
        ('answer = { type = "calculated" }', "missing-member"),
        ('constraint = "a > 1"', "wrong-type"),
        ("constraint = { }", "missing-member"),
    ],
)
def test_what_does_not_fit_an_item_is_told_at_its_line(member: str, code: str) -> None:
    line = toml('key = "a"\n' + member).split("\n").index(member) + 1
    found = faults(toml('key = "a"\n' + member))
    assert [each for each, _ in found] == [code]
    assert found[0][1] in {line, line - 4}


def test_a_misspelt_member_is_told_what_was_probably_meant() -> None:
    fault = only_fault(toml('key = "a"\nweigth = 2'))
    assert fault.advice["en"] == "Write one of: weight."


@pytest.mark.parametrize(
    "answers",
    [
        "answers = { n = { reading = 5 } }",
        "answers = { n = [1] }",
        "answers = 1",
        "answers = {n = {a = []}}",
    ],
)
def test_answers_of_examples_have_the_form_of_the_wire(answers: str) -> None:
    examples = f'[[examples]]\ndate = "2026-11-21"\n{answers}\n'
    assert codes(toml(NUMBER, examples=examples)) == {"wrong-type"}


def test_several_faults_are_told_at_once_sorted_by_line() -> None:
    found = faults(
        toml('key = "a"\nweight = 0\nphotos = { min_count = 9, max_count = 1 }', 'key = "a"')
    )
    assert [code for code, _ in found] == ["weight", "photo-rule", "duplicate-key"]
    assert [line for _, line in found] == sorted(line for _, line in found)


@given(st.text(max_size=300))
def test_no_text_makes_the_reader_raise(text: str) -> None:
    assert isinstance(parse(text, "x"), list)


LINES = st.lists(st.sampled_from(toml(NUMBER, CHOICE).split("\n")), max_size=40)


@given(LINES)
def test_no_shuffled_checklist_makes_the_reader_raise(lines: list[str]) -> None:
    result = parse("\n".join(lines), "x")
    assert isinstance(result, Checklist) or all(fault.line >= 1 for fault in result)


def test_every_text_of_the_catalogue_stands_in_both_languages() -> None:
    for code, texts in FAULTS.items():
        assert all([texts.zh, texts.en, texts.zh_advice, texts.en_advice]), code
        assert any("一" <= sign <= "鿿" for sign in texts.zh + texts.zh_advice), code
