"""Deadlines of complaints; hours are counted from 12:00 on a day, figures worked out by hand."""

from datetime import UTC, datetime
from typing import Any

import pytest
from msgspec.structs import replace

from fieldops.model.calendar import AROUND_THE_CLOCK, Calendar
from fieldops.rules.complaintclock import Done, Rules, clock, is_in_time, ms_of, overdue
from fieldops.rules.complainttiers import Suggestion
from fieldops.rules.policies import ComplaintPolicy
from fieldops_sync.complaintpayloads import Clock, Tier

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
"""A Monday."""
HOUR_MS = 3_600_000
NOON_MS = int(NOON.timestamp() * 1000)
RULES = Rules(ComplaintPolicy(), AROUND_THE_CLOCK, Suggestion("general"))
SAID = Done("said", NOON_MS, NOON_MS)


def at(hours: float) -> int:
    return NOON_MS + int(hours * HOUR_MS)


def did(step: str, hours: float, received: float | None = None, **fields: Any) -> Done:
    return Done(step, at(hours), at(hours if received is None else received), fields)


def called(tier: str, hours: float) -> Done:
    return did("classify", hours, tier=tier)


def made(*steps: Done, said: Done = SAID, by: Rules = RULES, tier: Tier | None = None) -> Clock:
    return clock(said, steps, by, tier)


def hours(text: str | None) -> float | None:
    return None if text is None else (ms_of(text) - NOON_MS) / HOUR_MS


@pytest.mark.parametrize(("tier", "due"), [("general", 72), ("larger", 48), ("major", 24)])
def test_each_tier_has_its_time(tier: Tier, due: int):
    found = made(tier=tier)
    assert (hours(found.answer_by), hours(found.resolve_by)) == (24, due)
    assert (found.tier, found.tier_by) == (tier, "person")
    assert (hours(found.escalate_at), found.late) == (0 if tier == "major" else None, [])


def test_a_person_s_tier_wins_over_a_suggestion():
    by = replace(RULES, suggestion=Suggestion("major"))
    assert (made(by=by).tier, made(by=by).tier_by, hours(made(by=by).resolve_by)) == (
        "major",
        "rule",
        24,
    )
    found = made(called("general", 1), by=by)
    assert (found.tier, found.tier_by, hours(found.resolve_by)) == ("general", "person", 72)
    assert found.escalate_at is None


@pytest.mark.parametrize(
    ("before", "when", "to", "due"),
    [
        ("general", 10, "larger", 48),  # still in time: from when it was said
        ("general", 50, "larger", 72),  # 48 had passed: 50 + 48 would be later than what stood
        ("general", 30, "major", 54),  # 24 had passed: 24 hours from then
        ("general", 80, "major", 72),  # missed before it was raised: still missed
        ("larger", 80, "general", 72),  # lowered late: by the rule
    ],
)
def test_deadlines_follow_a_tier(before: Tier, when: int, to: str, due: int):
    assert hours(made(called(to, when), tier=before).resolve_by) == due


def test_a_first_call_after_the_deadline_gives_no_new_time():
    assert hours(made(called("general", 80)).resolve_by) == 72


def test_escalated_from_when_it_was_called_major():
    assert hours(made(called("major", 5), called("major", 9)).escalate_at) == 5
    later = replace(RULES, policy=ComplaintPolicy(major_escalation_hours=2))
    assert hours(made(called("major", 5), by=later).escalate_at) == 7


def test_offline_for_five_hours_changes_no_deadline():
    found = made(said=Done("said", NOON_MS, at(5)))
    assert (hours(found.answer_by), hours(found.resolve_by)) == (24, 72)
    assert (hours(found.occurred), hours(found.received), found.late) == (0, 5, [])


def test_a_deadline_that_passed_before_receipt_is_nobody_s():
    found = made(called("major", 30.5), said=Done("said", NOON_MS, at(30)))
    assert found.late == ["answer", "resolve"]
    assert (hours(found.answer_by), hours(found.resolve_by)) == (54, 54)
    assert overdue(found, at(53)) == ()
    assert overdue(found, at(55)) == ("answer", "resolve")


def test_an_answer_given_offline_in_time_is_in_time():
    found = made(did("answer", 30), did("answer", 23, received=29))
    assert hours(found.answered) == 23
    assert is_in_time(found.answer_by, found.answered) is True
    assert is_in_time(found.resolve_by, found.resolved) is None
    late = made(did("answer", 25))
    assert is_in_time(late.answer_by, late.answered) is False


def test_pauses_stop_the_time_to_resolve_and_nothing_else():
    paused = [did("pause", 10), did("resume", 34)]
    found = made(*paused)
    assert (hours(found.answer_by), hours(found.resolve_by), found.pauses) == (24, 96, 2)
    open_ = made(*paused, did("pause", 50))
    assert (open_.resolve_by, open_.pauses) == (None, 3)
    assert overdue(open_, at(1000)) == ("answer",)
    assert hours(made(did("pause", 80)).resolve_by) == 72


def test_working_hours_of_the_site():
    spans = dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), ((9 * 60, 18 * 60),))
    office = Calendar(hours=spans)  # type: ignore[arg-type]
    found = made(tier="major", by=replace(RULES, calendar=office))
    # Monday 6 hours, Tuesday and Wednesday 9 each: Wednesday 18:00
    assert (hours(found.answer_by), hours(found.resolve_by)) == (24, 54)


def test_follow_ups_come_within_a_day_then_every_three_to_seven():
    done = [did("resolve", 40)]
    found = made(*done)
    assert (hours(found.resolved), hours(found.follow_up_from), hours(found.follow_up_by)) == (
        40,
        40,
        64,
    )
    done.append(did("follow-up", 50, result="unsatisfied", satisfaction=2))
    found = made(*done)
    assert (hours(found.follow_up_from), hours(found.follow_up_by)) == (50 + 72, 50 + 168)
    assert (found.follow_ups, found.satisfaction) == (1, 2)
    done.append(did("follow-up", 130, result="not-reached"))
    found = made(*done)
    assert (hours(found.followed_up), found.follow_ups, found.satisfaction) == (130, 2, 2)
    assert overdue(replace(found, answered=found.occurred), at(130 + 168)) == ()
    assert overdue(replace(found, answered=found.occurred), at(130 + 169)) == ("follow-up",)
    found = made(*done, did("archive", 140))
    assert (found.follow_up_from, found.follow_up_by, hours(found.resolved)) == (None, None, 40)


def test_re_opened_it_has_its_time_again():
    found = made(did("resolve", 40), did("follow-up", 50, result="unsatisfied"), did("re-open", 60))
    assert (found.resolved, hours(found.resolve_by), found.reopened) == (None, 60 + 72, 1)
    assert (found.follow_up_by, found.follow_ups) == (None, 1)
    again = made(did("resolve", 40), did("re-open", 60), did("resolve", 70))
    assert (hours(again.resolved), hours(again.follow_up_by)) == (70, 94)


def test_re_opened_offline_before_it_was_resolved_it_is_open():
    found = made(did("resolve", 40), did("follow-up", 41, result="satisfied"), did("re-open", 35))
    assert (found.resolved, found.follow_up_by, found.reopened) == (None, None, 1)
    assert hours(found.resolve_by) == 41 + 72


def test_what_stands_is_not_reckoned_anew():
    before = made()
    strict = replace(RULES, policy=ComplaintPolicy(first_answer_hours=1, general_hours=1))
    found = clock(SAID, [did("accept", 2)], strict, None, before)
    assert (hours(found.answer_by), hours(found.resolve_by)) == (24, 72)
    found = clock(SAID, [called("larger", 2)], strict, None, before)
    assert (hours(found.answer_by), hours(found.resolve_by)) == (24, 48)
    late = made(said=Done("said", NOON_MS, at(100)))
    kept = clock(Done("said", NOON_MS, at(100)), [], strict, None, late)
    assert (kept.late, kept.answer_by) == (late.late, late.answer_by)


def test_steps_of_two_clocks_stay_in_order():
    found = made(did("pause", 20), did("resume", 19.9), did("resolve", 10))
    assert (hours(found.resolve_by), hours(found.resolved)) == (72, 20)
