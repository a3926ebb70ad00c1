"""What the domain declares, when its findings are due, and which photos cannot be read."""

from io import BytesIO
from typing import Any, BinaryIO

import pytest

from fieldops import FindingDraft, PhotoView
from fieldops.testing import Kit, finding, photo, site

LIFTS = "facilities-lifts-and-fire"
ENERGY = "facilities-meters-and-energy"


def test_registers_and_earlier_days_are_declared(kit: Kit) -> None:
    card = kit.host.card
    assert [(one.name, one.coded) for one in card.registers] == [
        ("assets", True),
        ("certificates", False),
    ]
    assert card.earlier_days >= 90


def test_nameplates_are_for_everybody_and_people_are_not(kit: Kit) -> None:
    levels = kit.call("declare_fields", checklist=kit.checklist(LIFTS))
    assert (levels["lift_nameplate"], levels["safety_manager"]) == (1, 2)
    assert "lift_code" not in levels


@pytest.mark.parametrize(
    ("rule", "severity", "due"),
    [
        ("left-in-use", "critical", "2026-11-21T22:00:00+08:00"),
        ("gas-uncontrolled", "critical", "2026-11-21T21:00:00+08:00"),
        ("certificate-expired.lift", "critical", "2026-11-22T00:00:00+08:00"),
        ("certificate-expired.fire_system", "critical", "2026-11-22T20:00:00+08:00"),
        ("certificate-due.boiler", "minor", "2026-11-28T20:00:00+08:00"),
        ("beyond-rated", "critical", "2026-11-21T22:00:00+08:00"),
        ("beyond-rated", "major", None),
        ("meter-jump", "major", None),
    ],
)
def test_what_endangers_people_is_due_within_hours_in_the_sites_time(
    kit: Kit, rule: str, severity: Any, due: str | None
) -> None:
    draft = FindingDraft(rule=rule, titles={"zh-CN": "问题", "en": "Finding"}, severity=severity)
    raised = finding(draft, raised_at="2026-11-21T12:00:00Z")
    there = site(timezone="Asia/Shanghai")
    assert kit.call("set_deadline", finding=raised, site=there) == due


@pytest.mark.parametrize(
    ("left", "due"),
    [
        ("0", "2026-11-22T00:00:00+08:00"),
        ("1", "2026-11-22T20:00:00+08:00"),
        ("7", "2026-11-28T20:00:00+08:00"),
        ("30", "2026-11-28T20:00:00+08:00"),
    ],
)
@pytest.mark.parametrize("rule", ["date-due-soon", "certificate-due.lift"])
def test_what_runs_out_is_due_before_it_does(kit: Kit, rule: str, left: str, due: str) -> None:
    titles: Any = {"zh-CN": "问题", "en": "Finding"}
    draft = FindingDraft(rule=rule, titles=titles, evidence={"days_left": left})
    raised = finding(draft, raised_at="2026-11-21T12:00:00Z")
    assert kit.call("set_deadline", finding=raised, site=site(timezone="Asia/Shanghai")) == due


def png(width: int, height: int) -> bytes:
    head = b"\x89PNG\r\n\x1a\n" + b"\x00\x00\x00\rIHDR"
    return head + width.to_bytes(4, "big") + height.to_bytes(4, "big")


@pytest.mark.parametrize(
    ("key", "item", "repeat", "size", "notes"),
    [
        (LIFTS, "lift_nameplate", "1号梯", (960, 1279), ["too-small-to-read"]),
        (LIFTS, "lift_nameplate", "1号梯", (960, 1280), []),
        (LIFTS, "lift_pit", "1号梯", (10, 10), []),
        (ENERGY, "meter_reading", "总电表", (639, 480), ["too-small-to-read"]),
        (ENERGY, "meter_reading", "总电表", (640, 480), []),
    ],
)
def test_nameplates_and_dials_must_be_readable(
    kit: Kit, key: str, item: str, repeat: str, size: tuple[int, int], notes: list[str]
) -> None:
    items = {one.key: one for part in kit.checklist(key).sections for one in part.items}

    def opened(_: PhotoView) -> BinaryIO:
        return BytesIO(png(*size))

    shown = photo(item, repeat=repeat)
    found = kit.call("check_photo", photo=shown, item=items[item], open_photo=opened)
    assert [note.rule for note in found] == notes


def test_photo_of_no_item_or_without_bytes_is_not_judged(kit: Kit) -> None:
    items = {one.key: one for part in kit.checklist(LIFTS).sections for one in part.items}

    def lost(_: PhotoView) -> BinaryIO:
        raise OSError("gone")

    plate = items["lift_nameplate"]
    for item in (None, plate):
        shown = photo("lift_nameplate", repeat="1号梯")
        assert kit.call("check_photo", photo=shown, item=item, open_photo=lost) == ()
