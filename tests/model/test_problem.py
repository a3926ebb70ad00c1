"""The problem catalogue."""

import re
import typing

import msgspec
import pytest

from fieldops.model.problem import (
    ALL,
    CATALOGUE,
    TYPE_PREFIX,
    ProblemError,
    ProblemType,
    detail_in,
    is_fault,
    problem,
    said_of,
    slug_of,
)
from fieldops.model.said import Said, named
from fieldops_sync.wire import Problem, Reason


def test_slugs_are_unique_and_plain():
    slugs = [kind.slug for kind in ALL]
    assert len(slugs) == len(set(slugs)) == len(CATALOGUE)
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", slug) for slug in slugs)


@pytest.mark.parametrize("kind", CATALOGUE.values(), ids=CATALOGUE)
def test_every_entry_speaks_both_languages(kind: ProblemType):
    assert re.search(r"[\u4e00-\u9fff]", kind.zh)
    assert re.search(r"[a-z]", kind.en)
    assert not re.search(r"[\u4e00-\u9fff]", kind.en)
    assert kind.en[0].isupper()
    assert len(kind.en) <= 100


def test_every_status_is_one_of_an_error():
    assert all(400 <= kind.status <= 599 for kind in ALL)


def test_titles_differ():
    assert len({kind.en for kind in CATALOGUE.values()}) == len(CATALOGUE)
    assert len({kind.zh for kind in CATALOGUE.values()}) == len(CATALOGUE)


def test_every_reason_of_quarantine_has_a_problem():
    assert set(typing.get_args(Reason)) <= set(CATALOGUE)


def test_only_our_own_failures_are_faults():
    assert {slug for slug, kind in CATALOGUE.items() if kind.logged == "fault"} == {
        "internal",
        "database-busy",
        "photo-missing",
        "sso-down",
        "store-down",
    }
    assert is_fault(problem("internal"))
    assert not is_fault(problem("schema"))


def test_a_problem_tells_the_occurrence_beside_the_fixed_title():
    made = problem("batch-too-many-ops", Said("501 条操作", "501 ops"), limit=500)
    assert made.type == TYPE_PREFIX + "batch-too-many-ops"
    assert (made.status, made.detail, made.extra) == (413, "501 ops", {"limit": 500})
    assert made.details == {"zh-CN": "501 条操作", "en": "501 ops"}
    assert (detail_in(made, "zh-CN"), detail_in(made, "en")) == ("501 条操作", "501 ops")
    assert made.title == made.titles["en"] == problem("batch-too-many-ops").title
    assert "拆分" in made.titles["zh-CN"]
    assert slug_of(made) == "batch-too-many-ops"
    assert msgspec.json.decode(msgspec.json.encode(made), type=Problem) == made


def test_an_unknown_slug_is_a_programming_error():
    with pytest.raises(KeyError):
        problem("nothing-like-that")


def test_the_exception_says_what_happened():
    assert str(ProblemError(problem("quota", named("50 000")))) == "quota: 50 000"
    assert str(ProblemError(problem("quota"))).startswith("quota: The device has used up")


def test_a_title_that_says_it_all_needs_no_detail():
    made = problem("quota")
    assert (made.detail, made.details) == ("", {})
    assert b"detail" not in msgspec.json.encode(made)


def test_one_problem_says_what_another_said():
    first = problem("schema", Said("缺少 `a`", "no `a`"))
    assert problem("validation", said_of(first)).details == first.details
    stored = Problem(first.type, first.title, 422, "no `a`")
    again = problem("validation", said_of(stored))
    assert again.details == {"zh-CN": "no `a`", "en": "no `a`"}
    assert detail_in(stored, "zh-CN") == "no `a`"
