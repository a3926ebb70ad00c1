"""Who is told of what, and in which words."""

from typing import Any, get_args
from uuid import UUID

import pytest

from fieldops.model.access import Role
from fieldops.rules.lettertexts import SUBJECTS, letter_text
from fieldops.rules.notices import NOTIFYING, OFFICE, SUPERVISORS, Name, notice
from fieldops_sync.optypes import OP_TYPES

ANN, BOB = UUID(int=1), UUID(int=2)
ROWS: list[tuple[str, dict[str, Any], dict[str, Any], str, tuple[UUID, ...], str | None, Any]] = [
    ("finding.assign@1", {}, {"owner": str(ANN), "team": "t"}, "finding-assigned", (ANN,), "t", ()),
    ("finding.assign@1", {}, {"owner": None}, "finding-assigned", (), None, SUPERVISORS),
    (
        *("finding.escalate@1", {"step": "team", "deadline": "d"}, {"team": "t"}),
        *("finding-overdue", (), "t", ()),
    ),
    (
        *("finding.escalate@1", {"step": "supervisor", "deadline": "d"}, {"owner": str(ANN)}),
        *("finding-overdue", (), None, SUPERVISORS),
    ),
    (
        *("finding.escalate@1", {"step": "office", "deadline": "d"}, {}),
        *("finding-overdue", (), None, OFFICE),
    ),
    ("rectification.report@1", {}, {}, "finding-rectified", (), None, SUPERVISORS),
    ("recheck.record@1", {"outcome": "again"}, {"team": "t"}, "finding-again", (), "t", ()),
    ("finding.appeal@1", {}, {}, "finding-appealed", (), None, SUPERVISORS),
    (
        *("appeal.decide@1", {"decision": "upheld"}, {"owner": str(BOB)}),
        *("appeal-decided", (BOB,), None, ()),
    ),
    (
        *("feedback.record@1", {"nature": "complaint"}, {}),
        *("complaint-received", (), None, SUPERVISORS),
    ),
    (
        *("complaint.handle@1", {"step": "hand-over", "to": str(ANN), "team": "t"}, {}),
        *("complaint-handed-over", (ANN,), "t", ()),
    ),
    (
        *("complaint.handle@1", {"step": "classify", "tier": "larger"}, {}),
        *("complaint-classified", (), None, SUPERVISORS),
    ),
    (
        *("complaint.handle@1", {"step": "classify", "tier": "major"}, {}),
        *("complaint-classified", (), None, OFFICE),
    ),
    (
        *("complaint.escalate@1", {"what": "answer", "to": "supervisor", "by": "d"}, {}),
        *("complaint-overdue", (), None, SUPERVISORS),
    ),
    (
        *("complaint.escalate@1", {"what": "major", "to": "office", "by": "d"}, {}),
        *("complaint-major", (), None, OFFICE),
    ),
    ("complaint.remind@1", {"by": "d"}, {"owner": str(ANN)}, "follow-up-due", (ANN,), None, ()),
    ("complaint.remind@1", {"by": "d"}, {}, "follow-up-due", (), None, SUPERVISORS),
    ("task.open@1", {"owner": str(ANN)}, {}, "retake-asked", (ANN,), None, ()),
    (
        *("round.assign@1", {"people": [str(ANN), str(BOB)], "team": "t"}, {"closes": "d"}),
        *("round-assigned", (ANN, BOB), "t", ()),
    ),
]


@pytest.mark.parametrize(("op_type", "said", "body", "name", "people", "team", "roles"), ROWS)
def test_who_is_told(
    op_type: str,
    said: dict[str, Any],
    body: dict[str, Any],
    name: Name,
    people: tuple[UUID, ...],
    team: str | None,
    roles: tuple[Role, ...],
):
    found = notice(op_type, said, body)
    assert found is not None
    assert (found.name, found.people, found.team, found.roles) == (name, people, team, roles)
    if "d" in (*said.values(), *body.values()):
        assert found.facts["deadline"] == "d"


@pytest.mark.parametrize(
    ("op_type", "said"),
    [
        ("recheck.record@1", {"outcome": "closed"}),
        ("feedback.record@1", {"nature": "praise"}),
        ("complaint.handle@1", {"step": "investigate"}),
        ("result.record@1", {}),
    ],
)
def test_what_nobody_is_told_of(op_type: str, said: dict[str, Any]):
    assert notice(op_type, said, {}) is None


def test_the_table_above_is_whole():
    assert {row[0] for row in ROWS} == NOTIFYING
    of_no_op = {"plugin-parked", "export-amiss", "report-amiss", "digest"}
    assert {row[3] for row in ROWS} | of_no_op == set(get_args(Name))
    assert set(SUBJECTS) == set(get_args(Name))
    assert set(OP_TYPES) >= NOTIFYING


def test_a_letter_speaks_the_language_of_its_reader():
    facts = {"site": "翠湖花园", "severity": "major", "deadline": "2026-11-22T08:00:00Z"}
    chinese = letter_text("finding-overdue", facts, "zh-CN")
    assert chinese.subject == "整改已超期 · 翠湖花园"
    assert "严重程度：严重\n期限：2026-11-22T08:00:00Z" in chinese.body
    english = letter_text("complaint-major", {"tier": "major", "site": "A\nBcc: x@y"}, "en")
    assert english.subject == "A major complaint needs you at once · A Bcc: x@y"
    assert "Tier: major" in english.body
    assert "重大" in letter_text("complaint-major", {"tier": "major"}, "zh-CN").body
