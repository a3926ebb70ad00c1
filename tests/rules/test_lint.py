"""Every lint rule: the checklist that breaks it, the line it is told at, and the code."""

import pytest
from tests.rules.factories import HEAD, ITEM, codes, faults, toml

from fieldops.model.checklist import Checklist
from fieldops.rules.checklists import parse
from fieldops.rules.faults import FAULTS

ZONE = """key = "zone"
required = false
answer = { type = "single", choices = [
  { key = "lobby", titles = { zh-CN = "堂", en = "Lobby" } },
  { key = "lift", titles = { zh-CN = "梯", en = "Lift" } },
] }"""
DAMAGE = ZONE.replace('"zone"', '"damage"').replace('"single"', '"multiple"')
SCORE = 'key = "p"\nrequired = false\nanswer = { type = "score", max = 5 }'
NUMBER = 'key = "n"\nrequired = false\nanswer = { type = "number", min = 0, max = 9 }'
METER = 'key = "m"\nrequired = false\nanswer = { type = "meter" }'
VIEW = 'key = "view"\nrequired = false\nanswer = { type = "photo" }'
NOTE = 'key = "note"\nrequired = false\nanswer = { type = "text" }'
TIME = 'key = "took"\nrequired = false\nanswer = { type = "duration", max = 60 }'
GROUP = """[[sections]]
key = "g"
titles = { zh-CN = "组", en = "Group" }
repeat = { titles = { zh-CN = "梯", en = "Lift" } }
[[sections.items]]
""" + ITEM + 'key = "stops"\nrequired = false\nanswer = { type = "number" }\n'  # fmt: skip
AFTER = """[[sections]]
key = "after"
titles = { zh-CN = "后", en = "After" }
[[sections.items]]
""" + ITEM  # fmt: skip


def answer(text: str) -> str:
    return toml(f'key = "a"\nanswer = {{ {text} }}')


def showing(condition: str) -> str:
    return toml(
        ZONE,
        DAMAGE,
        SCORE,
        NUMBER,
        METER,
        NOTE,
        TIME,
        VIEW,
        f"key = \"a\"\nshows_if = '{condition}'",
    )


def worked(expression: str) -> str:
    kind = f'answer = {{ type = "calculated", expression = "{expression}" }}'
    return toml(ZONE, NUMBER, METER, f'key = "a"\n{kind}')


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (toml().replace('"List"', '""'), "missing-translation"),
        (toml().replace('zh-CN = "区", ', ""), "missing-translation"),
        (toml().replace('zh-CN = "项", ', ""), "missing-translation"),
        (toml().replace('en = "Measured"', 'en = "  "'), "missing-translation"),
        (toml().replace(ITEM, ""), "missing-measure"),
        (HEAD + 'summary = { en = "x" }\n', "missing-translation"),
        (toml(sections='repeat = { titles = { en = "Lift" } }\n'), "missing-translation"),
        (HEAD, "empty"),
        (HEAD + '[[sections]]\nkey = "s"\ntitles = { zh-CN = "区", en = "Area" }\n', "empty"),
        (HEAD + "threshold_percent = 0\n", "threshold"),
        (HEAD + "threshold_percent = 100.5\n", "threshold"),
        (toml('key = "a"', 'key = "a"'), "duplicate-key"),
        (toml() + AFTER.replace('"after"', '"s"') + 'key = "b"\n', "duplicate-key"),
        (toml('key = "value"'), "reserved-key"),
        (toml('key = "a"\nweight = 0'), "weight"),
        (toml('key = "a"\nweight = -1'), "weight"),
        (toml(sections="weight = 0\n"), "weight"),
        (toml(sections="weight = 1\n") + AFTER + 'key = "b"\n', "section-weights"),
        (toml() + GROUP.replace("} }", "}, min_count = 5, max_count = 1 }", 1), "min-above-max"),
        (answer('type = "number", min = 2, max = 1'), "min-above-max"),
        (answer('type = "number", pass_min = 2, pass_max = 1'), "min-above-max"),
        (answer('type = "number", pass_min = 2, max = 1'), "min-above-max"),
        (answer('type = "temperature", min = 2, pass_max = 1'), "min-above-max"),
        (answer('type = "meter", pass_usage_min = 2, pass_usage_max = 1'), "min-above-max"),
        (answer('type = "score", max = 5, pass_min = 6'), "min-above-max"),
        (answer('type = "photo", min_count = 5, max_count = 4'), "min-above-max"),
        (answer('type = "datetime", pass_from_days = 1, pass_until_days = 0'), "min-above-max"),
        (
            answer('type = "datetime", pass_earliest = "2026-02-01", pass_latest = "2026-01-01"'),
            "min-above-max",
        ),
        (toml(DAMAGE.replace("choices", "min_count = 2, max_count = 1, choices")), "min-above-max"),
        (toml(DAMAGE.replace("choices", "min_count = 3, max_count = 3, choices")), "choices"),
        (answer('type = "score", max = 0'), "not-positive"),
        (answer('type = "score", max = 5, step = 0'), "not-positive"),
        (answer('type = "meter", rollover = 0'), "not-positive"),
        (answer('type = "location", max_accuracy_m = 0'), "not-positive"),
        (answer('type = "datetime", pass_earliest = "08:00"'), "moment"),
        (answer('type = "datetime", part = "time", pass_latest = "noon"'), "moment"),
        (answer('type = "single", choices = []'), "choices"),
        (answer('type = "multiple", choices = []'), "choices"),
        (toml(ZONE.replace('"lift",', '"lobby",')), "duplicate-key"),
        (toml(ZONE.replace('en = "Lift"', 'en = ""')), "missing-translation"),
        (toml(ZONE.replace("} },", "}, fails = true },")), "no-passing-choice"),
        (answer('type = "text", pattern = "("'), "pattern"),
        (answer('type = "code", pattern = "(?=x)"'), "pattern"),
        (toml('key = "a"\nphotos = { min_count = 3, max_count = 2 }'), "photo-rule"),
        (toml('key = "a"\nphotos = { min_count_on_fail = 3, max_count = 2 }'), "photo-rule"),
        (
            toml('key = "a"\nconstraint = { expression = "value == 1", messages = { en = "x" } }'),
            "missing-translation",
        ),
        (toml(examples=""), "no-examples"),
    ],
)  # fmt: skip
def test_a_checklist_that_breaks_a_rule_is_told(text: str, code: str) -> None:
    assert code in codes(text)


@pytest.mark.parametrize(
    ("condition", "code"),
    [
        ("zone == ", "expression-end"),
        ("zone = 1", "expression-character"),
        ("zone(1)", "expression-function"),
        ("ghost == 1", "unknown-item"),
        ("zone == lobby", "unknown-item"),
        ('a == "pass"', "self-reference"),
        ("value == 1", "own-value"),
        ('zone == "roof"', "unknown-choice"),
        ('zone != "roof"', "unknown-choice"),
        ('"roof" == zone', "unknown-choice"),
        ('zone in ["lobby", "roof"]', "unknown-choice"),
        ('"roof" in damage', "unknown-choice"),
        ("p > 5", "never-true"),
        ("p < 0", "never-true"),
        ("6 == p", "never-true"),
        ("5 < p", "never-true"),
        ("n >= 10", "never-true"),
        ("n <= -1", "never-true"),
        ("took > 60", "never-true"),
        ("took < 0", "never-true"),
        ('n == "3"', "wrong-kind"),
        ("zone > 3", "wrong-kind"),
        ('damage == "lobby"', "wrong-kind"),
        ("true < false", "wrong-kind"),
        ('n in ["1"]', "wrong-kind"),
        ("n in damage", "wrong-kind"),
        ('"lobby" in zone', "wrong-kind"),
        ("if(n > 1, 1, zone) == 1", "wrong-kind"),
        ("not n", "wrong-operand"),
        ("n and true", "wrong-operand"),
        ("-zone == 1", "wrong-operand"),
        ("zone + 1 == 2", "wrong-operand"),
        ("abs(zone) == 1", "wrong-operand"),
        ('days(n, today) > 1', "wrong-operand"),
        ("if(n, 1, 2) == 1", "wrong-operand"),
        ('matches(note, "(")', "pattern"),
        ("usage(n) > 1", "usage"),
        ("usage(ghost) > 1", "unknown-item"),
        ("sum(n) > 1", "repeat-function"),
        ("n + 1", "not-a-condition"),
        ("damage", "not-a-condition"),
        ('if(n > 1, "a", "b")', "not-a-condition"),
    ],
)  # fmt: skip
def test_a_condition_that_cannot_work_is_told(condition: str, code: str) -> None:
    text = showing(condition)
    line = 1 + next(n for n, each in enumerate(text.split("\n")) if each.startswith("shows_if"))
    assert faults(text) == [(code, line)]


@pytest.mark.parametrize(
    "condition",
    [
        'zone == "lobby" or "lift" in damage',
        "p == 5 and n <= 9 and n > 0 and took >= 0 and p != 9",
        "usage(m) > 1 and m > 0",
        'days(today, "2026-01-01") < 3 and round(n, 1) == 2 and abs(n) < 9',
        'matches(note, "[a-z]+") and note != "x" and answered(note)',
        'if(passed(zone), n, p) > 3 and not failed(n) and not na(p)',
        "true == true",
        "view == true",
        "note in [\"a\", \"b\"]",
    ],
)  # fmt: skip
def test_a_condition_that_can_work_is_not_told(condition: str) -> None:
    assert codes(showing(condition).replace("score = 100\n", "")) <= {"example-score"}


@pytest.mark.parametrize(
    ("expression", "code"),
    [
        ("zone", "not-a-number"),
        ("n > 1", "not-a-number"),
        ("a + 1", "self-reference"),
        ("1 +", "expression-end"),
    ],
)  # fmt: skip
def test_a_calculation_that_gives_no_number_is_told(expression: str, code: str) -> None:
    assert codes(worked(expression)) == {code}


def test_a_reference_downwards_is_told() -> None:
    text = toml('key = "a"\nshows_if = "passed(b)"', 'key = "b"')
    assert codes(text) == {"later-item"}


def test_a_constraint_may_refer_to_earlier_items_only() -> None:
    rule = 'constraint = { expression = "value < b", messages = { zh-CN = "小", en = "Less" } }'
    number = 'answer = { type = "number" }\nrequired = false\n'
    assert codes(toml('key = "a"\n' + number + rule, 'key = "b"\n' + number)) == {"later-item"}
    fits = toml('key = "b"\n' + number, 'key = "a"\n' + number + rule)
    assert codes(fits) == {"example-score"}
    wrong = rule.replace("value < b", "value")
    assert codes(toml('key = "a"\n' + number + wrong)) == {"not-a-condition"}


def test_conditions_that_go_round_in_a_circle_are_told_with_the_way() -> None:
    text = toml(
        'key = "a"\nshows_if = "passed(c)"',
        'key = "b"\nshows_if = "passed(a)"',
        'key = "c"\nshows_if = "passed(b)"',
        'key = "d"\nshows_if = "passed(c)"',
    )
    result = parse(text, "test.toml")
    assert isinstance(result, list)
    assert [fault.code for fault in result] == ["cycle"]
    assert "a → c → b → a" in result[0].messages["en"]


def test_a_section_that_shows_only_by_its_own_item_is_told() -> None:
    result = parse(toml(sections="shows_if = 'passed(a)'\n"), "test.toml")
    assert isinstance(result, list)
    assert [fault.code for fault in result] == ["cycle"]
    assert "s → a → s" in result[0].messages["zh-CN"]
    later = AFTER.replace("[[sections.items]]", "shows_if = 'passed(%s)'\n[[sections.items]]")
    assert codes(toml() + later % "b" + 'key = "b"\n') == {"cycle"}
    last = AFTER.replace('"after"', '"last"') + 'key = "c"\n'
    assert codes(toml() + later % "c" + 'key = "b"\n' + last) == {"later-item"}
    assert codes(toml() + later % "a" + 'key = "b"\n') == set()


def grouped(condition: str) -> str:
    return toml() + GROUP + AFTER + f'key = "b"\nshows_if = "{condition}"\n'


def test_a_repeat_group_is_summed_up_from_outside_and_named_from_inside() -> None:
    assert codes(grouped("stops > 1")) == {"repeat-reference"}
    assert codes(grouped("sum(stops) > 1")) == set()
    inside = GROUP + "[[sections.items]]\n" + ITEM + 'key = "c"\nshows_if = "%s"\n'
    assert codes(toml() + inside % "stops > 1 and passed(a)") == set()
    assert codes(toml() + inside % "sum(stops) > 1") == {"repeat-function"}


def example(body: str, *items: str, rest: str = 'rest = "pass"\n') -> str:
    return toml(*items, examples=f'[[examples]]\ndate = "2026-11-21"\n{rest}{body}')


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (example('titles = { zh-CN = "例" }\nscore = 100'), "missing-translation"),
        (example('titles = { en = "Case" }\nscore = 100'), "missing-translation"),
        (example("score = 100").replace("11-21", "02-30"), "example-date"),
        (example("score = 100").replace('"2026-11-21"', '"21.11.2026"'), "bad-form"),
        (example('answers = { ghost = "pass" }\nscore = 100'), "example-unknown"),
        (example('answers = { "a@L1" = "pass" }\nscore = 100'), "example-unknown"),
        (example('na = ["ghost"]\nscore = 100'), "example-unknown"),
        (example('fail = ["ghost"]\nscore = 100'), "example-unknown"),
        (example("photos = { ghost = 1 }\nscore = 100"), "example-unknown"),
        (example('repeats = { s = ["L1"] }\nscore = 100'), "example-unknown"),
        (example('answers = { a = "fail", b = "pass" }\nscore = 0\nfindings = ["a"]', 'key = "a"',
                 "key = \"b\"\nshows_if = 'passed(a)'"), "example-hidden"),
        (example('answers = { a = "maybe" }\nscore = 0'), "example-answer"),
        (example('na = ["a"]\nscore = 0'), "example-answer"),
        (example("photos = { a = 30 }\nscore = 100"), "example-answer"),
        (example("score = 0", rest=""), "example-open"),
        (example("score = 99.99"), "example-score"),
        (example(""), "example-score"),
        (example("score = 100\npassed = false"), "example-passed"),
        (
            example('answers = { a = "fail" }\nscore = 0\npassed = true\nfindings = ["a"]'),
            "example-passed",
        ),
        (example('score = 100\nfindings = ["a"]'), "example-findings"),
        (example('answers = { a = "fail" }\nscore = 0'), "example-findings"),
    ],
)  # fmt: skip
def test_an_example_that_does_not_come_out_is_told(text: str, code: str) -> None:
    assert codes(text) == {code}


def test_what_is_calculated_cannot_be_answered_in_an_example() -> None:
    kind = 'key = "x"\nanswer = { type = "calculated", expression = "1 + 1" }'
    result = parse(example("answers = { x = 2 }\nscore = 100", kind), "test.toml")
    assert isinstance(result, list)
    assert [fault.code for fault in result] == ["example-unknown"]
    assert "What is calculated is not answered." in result[0].advice["en"]


def test_a_repeat_group_in_an_example_is_named_or_listed() -> None:
    low = 'repeat = { titles = { zh-CN = "梯", en = "L" }, min_count = 1 }\n'

    def with_(body: str) -> str:
        examples = f'[[examples]]\ndate = "2026-11-21"\nrest = "pass"\n{body}\n'
        return toml('key = "a"\nna_allowed = true', sections=low, examples=examples)

    assert codes(with_('repeats = { s = ["L1", "L2"] }\nscore = 100')) == set()
    fails = 'answers = { "a@L1" = "fail" }\nrepeats = { s = ["L2"] }\nna = ["a@L3"]\n'
    assert codes(with_(fails + 'score = 50\nfindings = ["a@L1"]')) == set()
    assert "example-answer" in codes(with_("score = 100"))


def test_a_claimed_failure_and_photo_counts_of_an_example_are_used() -> None:
    photo = 'key = "view"\nanswer = { type = "photo", min_count = 2 }'
    body = 'fail = ["view"]\nphotos = { view = 2 }\nscore = 0\nfindings = ["view"]'
    assert codes(example(body, photo)) == set()
    assert codes(example(body.replace("= 2 }", "= 1 }"), photo)) == {"example-answer"}


def test_a_fault_says_what_is_wrong_and_what_to_write_in_both_languages() -> None:
    result = parse(toml('key = "a"\nweight = 1', 'key = "b"', 'key = "a"'), "lobby.toml")
    assert not isinstance(result, Checklist)
    assert [(fault.path, fault.code, fault.line) for fault in result] == [
        ("lobby.toml", "duplicate-key", 20)
    ]
    assert "line 8" in result[0].messages["en"]
    assert "第 8 行" in result[0].messages["zh-CN"]
    assert set(result[0].advice) == {"zh-CN", "en"}


def test_every_fault_of_the_catalogue_is_shown_by_a_test() -> None:
    from pathlib import Path

    tests = "".join(path.read_text() for path in Path(__file__).parent.glob("test_*.py"))
    assert [code for code in FAULTS if f'"{code}"' not in tests] == []
