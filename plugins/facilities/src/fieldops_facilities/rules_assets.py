"""What scanned plates say against the register: unknown, retired, another kind, twice, missed."""

from collections.abc import Iterator

from fieldops import Checklist, Entry, FindingDraft, Inspection, ResultView, Section
from fieldops_facilities.plates import plates
from fieldops_facilities.register import asset, assets, registered

NAMEPLATE = "_nameplate"
"""An item whose key ends so holds the serial number on an asset's nameplate."""
_METERS = ("electricity_meter", "water_meter", "gas_meter", "heat_meter")
KINDS = {
    "power_room_code": ("switchgear",),
    "generator_code": ("generator",),
    "water_pump_code": ("pump",),
    "fire_pump_code": ("fire_pump",),
    "lift_code": ("lift", "escalator"),
    "fire_panel_code": ("fire_panel",),
    "vessel_code": ("boiler", "pressure_vessel"),
    "meter_code": _METERS,
}
"""The kinds of assets that a plate item expects; those left out take any."""
_STATED = {"vessel_code": ("vessel_kind", ""), "meter_code": ("meter_medium", "_meter")}
"""The item beside a plate that says the kind, and what makes its answer a kind of asset."""
_NAMED_MAX = 50
"""As many assets are named in the evidence of one finding."""


def asset_unknown(inspection: Inspection, _: Checklist) -> Iterator[FindingDraft]:
    """A code that the register does not have.  A site without a register is not told."""
    for plate, entry in _scanned(inspection):
        if entry is None:
            yield _about(
                plate,
                "asset-unknown",
                "扫描的设备码不在设备台账中",
                "The code scanned is not in the asset register",
            )


def asset_retired(inspection: Inspection, _: Checklist) -> Iterator[FindingDraft]:
    """The plate of an asset that is out of use: it hangs at a new one, or that still runs."""
    for plate, entry in _scanned(inspection):
        if entry is not None and entry.retired:
            yield _about(
                plate,
                "asset-retired",
                "扫描的设备在台账中已停用",
                "The asset scanned is out of use by the register",
            )


def asset_kind_differs(inspection: Inspection, _: Checklist) -> Iterator[FindingDraft]:
    """The plate of a pump where a lift is inspected: one of the two places was not visited."""
    for plate, entry in _scanned(inspection):
        expected = _expected(inspection, plate)
        if entry is None or entry.retired or not expected or entry.get("kind") in expected:
            continue
        yield _about(
            plate,
            "asset-kind-differs",
            "扫描的设备与检查内容类别不符",
            "The asset scanned is of another kind than what is inspected",
            registered=entry.get("kind") or "-",
            expected=", ".join(sorted(expected)),
        )


def asset_scanned_twice(inspection: Inspection, _: Checklist) -> Iterator[FindingDraft]:
    """One plate for two places: somebody stood before the same asset twice."""
    first: dict[str, ResultView] = {}
    for plate in plates(inspection):
        before = first.setdefault(str(plate.value), plate)
        if before is not plate:
            yield _about(
                plate,
                "asset-scanned-twice",
                "同一设备码在本次巡检中扫描了两次，请到现场重扫",
                "The same code was scanned at two places of this walk: scan it again on the spot",
                also_at=before.repeat or before.section,
            )


def nameplate_differs(inspection: Inspection, _: Checklist) -> Iterator[FindingDraft]:
    """Another serial number than the register's: exchanged, or scanned at the wrong one."""
    codes = {(plate.section, plate.repeat): str(plate.value) for plate in plates(inspection)}
    for result in inspection.results:
        if not result.item.endswith(NAMEPLATE) or not isinstance(result.value, str):
            continue
        entry = asset(inspection, codes.get((result.section, result.repeat)) or result.repeat)
        registered = entry.get("serial") if entry is not None else ""
        if registered and _plain(registered) != _plain(result.value):
            yield FindingDraft(
                rule="nameplate-differs",
                item=result.item,
                repeat=result.repeat,
                titles={
                    "zh-CN": "铭牌出厂编号与设备台账不一致，请核对是否换过设备",
                    "en": "The nameplate's serial number is not the register's: was it exchanged?",
                },
                evidence={"nameplate": result.value, "register": registered},
            )


def assets_missed(inspection: Inspection, checklist: Checklist) -> Iterator[FindingDraft]:
    """Assets of the register that a finished walk of the whole site did not come to."""
    if not inspection.is_submitted or inspection.area is not None or not assets(inspection):
        return
    seen = {str(plate.value) for plate in plates(inspection)}
    seen |= {result.repeat for result in inspection.results}
    shown = {result.section for result in inspection.results}
    for section in checklist.sections:
        kinds = _kinds_of(section)
        due = [key for key, one in assets(inspection).items() if one.get("kind") in kinds]
        missed = sorted(set(due) - seen)
        if missed and (section.key in shown or not section.shows_if):
            yield FindingDraft(
                rule="assets-missed",
                section=section.key,
                severity="major",
                titles={
                    "zh-CN": f"台账中有 {len(missed)} 台设备本次未检",
                    "en": f"{len(missed)} assets of the register were not inspected",
                },
                evidence={"assets": ", ".join(missed[:_NAMED_MAX])},
            )


def _kinds_of(section: Section) -> frozenset[str]:
    """The kinds that a repeat group goes through one by one."""
    if section.repeat is None:
        return frozenset()
    return frozenset(kind for item in section.items for kind in KINDS.get(item.key, ()))


def _scanned(inspection: Inspection) -> Iterator[tuple[ResultView, Entry | None]]:
    known = registered(inspection)
    if known:
        for plate in plates(inspection):
            yield plate, known.get(str(plate.value))


def _expected(inspection: Inspection, plate: ResultView) -> frozenset[str]:
    """What the walk itself says that it is, if it does; else what its plate is for."""
    kinds = frozenset(KINDS.get(plate.item, ()))
    beside, suffix = _STATED.get(plate.item, ("", ""))
    stated = inspection.find(beside, plate.repeat)
    if stated is None or not isinstance(stated.value, str):
        return kinds
    return kinds & {stated.value + suffix} or kinds


def _plain(serial: str) -> str:
    """A serial number as it counts: people leave out dashes and write small letters."""
    return "".join(sign for sign in serial.upper() if sign.isalnum())


def _about(plate: ResultView, rule: str, zh: str, en: str, **evidence: str) -> FindingDraft:
    return FindingDraft(
        rule=rule,
        item=plate.item,
        repeat=plate.repeat,
        severity="major",
        titles={"zh-CN": zh, "en": en},
        evidence={"code": str(plate.value), **evidence},
    )
