"""What is found on the demo's walk: it must show off the checklist without breaking its rules."""

from collections import Counter
from datetime import date
from decimal import Decimal
from functools import cache

from fieldops.cli.demo_company import DOMAINS, domain_checklists
from fieldops.cli.demo_sheet import (
    CHECKLIST,
    LIFTS,
    SHOTS,
    Entry,
    expect,
    first_half,
    second_half,
    slot_of,
)
from fieldops.rules.branching import read_sheet

TODAY = date(2026, 11, 21)


@cache
def checklist():
    return next(one for one in domain_checklists(DOMAINS) if one.key == CHECKLIST)


def entries() -> tuple[Entry, ...]:
    return (*first_half(TODAY), *second_half(TODAY))


def test_a_walk_has_sixty_results_and_twenty_photos():
    slots = {entry.slot for entry in entries()}
    assert len(slots) == len(entries()) >= 60
    assert len(SHOTS) >= 20
    assert {slot for slot, _ in SHOTS} <= slots


def test_nothing_is_missing_or_mistyped():
    reading = read_sheet(checklist(), expected().sheet)
    assert not reading.violations
    assert [line for line in reading.lines if line.judgement.violations] == []
    assert {(line.item, line.repeat) for line in reading.lines} >= {e.slot for e in entries()}


def test_branching_shows_what_follows_from_a_failure():
    shown = {line.item for line in read_sheet(checklist(), expected().sheet).lines}
    assert {"joint_overheat_action", "generator_battery"} <= shown


@cache
def expected():
    """What the rules make of the walk: worked out once, for it takes a second."""
    return expect(checklist(), TODAY, entries(), len(SHOTS))


def test_failures_of_every_severity_bring_the_walk_down():
    assert set(Counter(one.severity for one in expected().failures)) == {
        "critical",
        "major",
        "minor",
    }
    assert expected().passed is False
    assert Decimal(50) < (expected().score or 0) < 90


def test_a_later_answer_stands():
    mended = (*entries(), Entry("joint_temperature", "61"))
    failed = {one.item for one in expect(checklist(), TODAY, mended, len(SHOTS)).failures}
    assert "joint_temperature" not in failed


def test_more_photos_than_shots_go_to_the_lifts():
    assert slot_of(0) == SHOTS[0][0]
    assert slot_of(len(SHOTS) + 3) == ("lift_alarm", LIFTS[(len(SHOTS) + 3) % 8])
