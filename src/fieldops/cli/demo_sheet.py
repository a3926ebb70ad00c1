"""What is found on the demo's walk: the answers to the plant room checklist, and what must follow.

The tower has a generator and eight lifts, a hot busbar joint (which makes the item about it show),
and some smaller faults.  What score and findings follow is not written down here: it is worked out
by the rules, from this sheet alone, and compared with what the server made of the same answers.
"""

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal

from msgspec import Struct

from fieldops.model.answer import Answer, Failure, Sheet
from fieldops.model.checklist import Checklist, RawValue
from fieldops.rules.scoring import failures, score_sheet

CHECKLIST = "facilities-plant-rooms"
LIFTS = tuple(f"{number}号梯" for number in range(1, 9))
DISPUTED = "residual_chlorine"
"""Measured again by two people at the same time, each with another result."""

Slot = tuple[str, str]
"""The item key and the repeat, empty outside repeat groups."""


class Entry(Struct, frozen=True):
    """One answer as somebody types it in."""

    item: str
    value: RawValue
    repeat: str = ""
    note: str = ""

    @property
    def slot(self) -> Slot:
        """What it answers."""
        return self.item, self.repeat


class Expected(Struct, frozen=True):
    """What must come out."""

    score: Decimal | None
    passed: bool | None
    failures: tuple[Failure, ...]
    sheet: Sheet


def first_half(today: date) -> tuple[Entry, ...]:
    """Switch room, generator and pump rooms: Li Lei's part of the walk."""
    return (
        Entry("electrician", "GC-0031"),
        Entry("power_room_code", "EL-B1-01"),
        Entry("power_room_temperature", "33.5"),
        Entry("voltage", "398.5"),
        Entry("power_factor", "0.93"),
        Entry("joint_temperature", "82.4", note="B 相第 3 接头 / phase B, joint 3"),
        Entry("joint_overheat_action", "pass"),
        Entry("insulation_tools", str(today + timedelta(days=100))),
        Entry("power_room_order", ["no_mouse_board"]),
        Entry("has_generator", "yes"),
        Entry("generator_battery", "25.6"),
        Entry("generator_fuel", "72"),
        Entry("generator_start_time", "11"),
        Entry("supply_pressure_set", "0.45"),
        Entry("supply_pressure", "0.41"),
        Entry("tank_cleaned_on", str(today - timedelta(days=98))),
        Entry("tank_locked", "pass"),
        Entry(DISPUTED, "0.12"),
        Entry("pump_leak", "9", note="2 号泵 / pump 2"),
        Entry("fire_pump_auto", "automatic"),
        Entry("fire_main_pressure", "0.22"),
        Entry("fire_tank_level", "97"),
        Entry("fire_pump_start", "38"),
    )


def second_half(today: date) -> tuple[Entry, ...]:
    """Eight lifts and the meters: Han Meimei's part, after the hand-over."""
    lifts = (entry for number, lift in enumerate(LIFTS) for entry in _lift(number, lift, today))
    return (
        *lifts,
        Entry("days_since_reading", 7),
        Entry("electricity_meter", {"reading": "481220", "previous": "474100"}),
        Entry("water_meter", {"reading": "20455.5", "previous": "19980"}),
    )


def _lift(number: int, lift: str, today: date) -> tuple[Entry, ...]:
    expired, late, uneven = number == 2, number == 4, number == 5
    inspected = today + timedelta(days=-20 if expired else 120 + 9 * number)
    maintained = today - timedelta(days=21 if late else 3 + number)
    return (
        Entry("lift_next_inspection", str(inspected), lift),
        Entry("lift_maintained_on", str(maintained), lift),
        Entry("lift_alarm", "pass", lift),
        Entry("lift_levelling", "14" if uneven else str(2 + number), lift),
        Entry("lift_machine_room_temperature", f"{24 + number}.5", lift),
    )


SHOTS: tuple[tuple[Slot, str], ...] = (
    (("joint_temperature", ""), "Busbar joint, infrared"),
    (("joint_temperature", ""), "Busbar joint, close"),
    (("joint_overheat_action", ""), "Tag on the cabinet"),
    (("power_room_order", ""), "Door without rodent board"),
    (("generator_battery", ""), "Starter battery"),
    (("supply_pressure", ""), "Gauge of the outlet main"),
    (("tank_locked", ""), "Tank hatch and lock"),
    (("pump_leak", ""), "Seal of pump 2"),
    (("fire_pump_auto", ""), "Selector on automatic"),
    (("fire_main_pressure", ""), "Roof hydrant gauge"),
    (("fire_tank_level", ""), "Level of the fire tank"),
    *((("lift_levelling", lift), f"Lift {n}: sill") for n, lift in enumerate(LIFTS, start=1)),
    (("lift_next_inspection", LIFTS[2]), "Lift 3: certificate"),
    (("lift_maintained_on", LIFTS[4]), "Lift 5: maintenance log"),
    (("electricity_meter", ""), "Electricity meter"),
    (("water_meter", ""), "Water meter"),
    (("days_since_reading", ""), "Meter book"),
)
"""What is photographed; where the checklist asks for photos, as many as it asks for."""
ALIKE = {14: 11}
"""The number (from 0) of a shot that shows once more what an earlier one showed: somebody has not
gone to lift 4 and stood before lift 1 again, which the server should notice."""


def slot_of(number: int) -> Slot:
    """What the photo of this number (from 0) belongs to; one's own may be more than the shots."""
    if number < len(SHOTS):
        return SHOTS[number][0]
    return "lift_alarm", LIFTS[number % len(LIFTS)]


def expect(
    checklist: Checklist, today: date, entries: tuple[Entry, ...], photo_count: int
) -> Expected:
    """What the rules make of the entries (a later one for the same slot stands) and the photos."""
    photos = Counter(slot_of(number) for number in range(photo_count))
    standing = {entry.slot: entry for entry in entries}
    answers = tuple(
        Answer(item=one.item, repeat=one.repeat, value=one.value, photo_count=photos[one.slot])
        for one in standing.values()
    )
    sheet = Sheet(date=str(today), answers=answers)
    scored = score_sheet(checklist, sheet)
    return Expected(scored.score, scored.passed, failures(checklist, sheet), sheet)
