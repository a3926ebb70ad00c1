"""The company's zones, and which of them a walk has seen.

A zone has a code that stands there as a QR code.  A walk has seen it when the code was scanned, in
whatever item, or when a repeat bears its name.
"""

from collections.abc import Iterable

from msgspec import Struct

from fieldops import Column, EarlierResult, Entry, Inspection, RegisterSpec, ResultView

ZONE_TYPES = ("lobby", "lift", "stairwell", "garage", "waste_room", "toilet", "green")
FREQUENCIES = ("shift", "day", "week", "month")

ZONES = RegisterSpec(
    name="zones",
    titles={"zh-CN": "保洁区域台账", "en": "Cleaning zones"},
    coded=True,
    columns=(
        Column(name="name", titles={"zh-CN": "名称", "en": "Name"}, required=True),
        Column(
            name="type",
            titles={"zh-CN": "类型", "en": "Type"},
            type="choice",
            required=True,
            choices=ZONE_TYPES,
        ),
        Column(
            name="frequency",
            titles={"zh-CN": "频次", "en": "Frequency"},
            type="choice",
            required=True,
            choices=FREQUENCIES,
        ),
        Column(name="shifts", titles={"zh-CN": "每日班次数", "en": "Shifts a day"}, type="integer"),
        Column(name="area", titles={"zh-CN": "区域", "en": "Area"}),
        Column(name="floor", titles={"zh-CN": "楼层", "en": "Floor"}),
        Column(
            name="last",
            titles={"zh-CN": "建账前最近一次清洁", "en": "Last cleaned before it was entered"},
            type="date",
        ),
        Column(
            name="checklist",
            titles={
                "zh-CN": "由哪张检查表核查频次（留空为全部）",
                "en": "Checklist that looks at its frequency (empty: all)",
            },
        ),
    ),
)

_TYPE_ITEMS = ("zone_type", "round_type")
_TYPE_OF_SECTION = {
    "lobby": "lobby",
    "lifts": "lift",
    "toilets": "toilet",
    "grounds": "green",
    "waste": "waste_room",
    "waste_rooms": "waste_room",
    "garages": "garage",
    "green": "green",
}
PLACES = frozenset(_TYPE_OF_SECTION)
"""The sections of the shipped checklists that are places of one type."""


class Zone(Struct, frozen=True):
    """A zone of a walk: its code where it was scanned, else the repeat; ``type`` may be empty."""

    key: str
    type: str


def type_of(section: str) -> str:
    """The type of zone that a whole section is about, or an empty text."""
    return _TYPE_OF_SECTION.get(section, "")


def zone_of(inspection: Inspection, section: str, repeat: str) -> Zone:
    """The zone that a repeat stands for; its type by the register, the answer, or the section."""
    here = [one for one in inspection.results if (one.section, one.repeat) == (section, repeat)]
    entry = _registered(inspection, here, repeat)
    if entry is not None:
        return Zone(entry.key, entry.get("type"))
    named = [str(one.value) for one in here if one.item in _TYPE_ITEMS and one.answered]
    return Zone(repeat, named[0] if named else type_of(section))


def _registered(inspection: Inspection, here: Iterable[ResultView], repeat: str) -> Entry | None:
    codes = {repeat, *(one.value for one in here if isinstance(one.value, str))}
    return next((one for one in inspection.entries_of(ZONES.name) if one.key in codes), None)


def seen(results: Iterable[ResultView | EarlierResult]) -> frozenset[str]:
    """Every code that results scan or repeats are named by."""
    codes: set[str] = set()
    for one in results:
        codes.add(one.repeat)
        if isinstance(one.value, str):
            codes.add(one.value)
    return frozenset(codes)
