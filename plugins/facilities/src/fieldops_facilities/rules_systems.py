"""Systems that are lost as a whole: by several failures that belong together."""

from collections.abc import Iterator

from fieldops import Checklist, FindingDraft, Inspection, ResultView, evidence_of

UNSAFE_COUNT = 2
"""From so many critical failures on, a room as a whole is unsafe."""
PRECAUTIONS = {
    "joint_overheat_action": ("joint_temperature",),
    "lift_stopped": ("lift_alarm", "lift_doors"),
}
"""What must be done at once where one of the items behind it has failed."""
_FIRE_WATER = ("fire_main_pressure", "fire_tank_level", "fire_pump_start")
_FIRE_SENSES = ("smoke_test", "fire_points_share")
_GAS_GUARDS = ("gas_alarm_seconds", "gas_valve")


def room_unsafe(inspection: Inspection, _: Checklist) -> Iterator[FindingDraft]:
    """Several critical failures in one room: it is to be taken out of service."""
    failed = [result for result in inspection.failed if result.severity == "critical"]
    for room in dict.fromkeys(result.section for result in failed):
        here = [result for result in failed if result.section == room]
        if len(here) >= UNSAFE_COUNT:
            yield _lost(
                "room-unsafe",
                f"同一系统有 {len(here)} 项安全关键项不合格，须停用或专人值守",
                f"{len(here)} safety-critical failures: take it out of service or man it",
                here,
            )


def fire_water_lost(inspection: Inspection, _: Checklist) -> Iterator[FindingDraft]:
    """Fire pumps that do not start by themselves, and no pressure or water behind them."""
    mode, broken = inspection.failed_of("fire_pump_auto"), inspection.failed_of(*_FIRE_WATER)
    if mode and broken:
        yield _lost(
            "fire-water-lost",
            "消防给水失去保障：消防泵不能自动启动且水源或水压不足",
            "No fire water: the pumps do not start by themselves and supply is short",
            [*mode, *broken],
        )


def fire_alarm_lost(inspection: Inspection, _: Checklist) -> Iterator[FindingDraft]:
    """A fire is not noticed, and what was noticed would start nothing."""
    mode, blind = inspection.failed_of("fire_panel_mode"), inspection.failed_of(*_FIRE_SENSES)
    if mode and blind:
        yield _lost(
            "fire-alarm-lost",
            "火灾自动报警失去保障：探测失效且联动处于手动",
            "No fire alarm: detectors fail and the panel starts nothing by itself",
            [*mode, *blind],
        )


def gas_uncontrolled(inspection: Inspection, _: Checklist) -> Iterator[FindingDraft]:
    """Gas in the air, and the alarm or the valve that should stop it does not work."""
    gas, guards = inspection.failed_of("gas_concentration"), inspection.failed_of(*_GAS_GUARDS)
    if gas and guards:
        yield _lost(
            "gas-uncontrolled",
            "燃气泄漏且报警或切断失效，立即关阀、疏散并报警",
            "Gas leaks and the alarm or the valve fails: close by hand, evacuate, call for help",
            [*guards, *gas],
        )


def lift_traps(inspection: Inspection, _: Checklist) -> Iterator[FindingDraft]:
    """A lift in which people were trapped of late, or sit in the dark, and nobody hears them."""
    for alarm in inspection.failed_of("lift_alarm"):
        others = inspection.failed_of("lift_entrapments", "lift_light_delay")
        here = [one for one in others if one.repeat == alarm.repeat]
        if here:
            yield FindingDraft(
                rule="lift-traps",
                item=alarm.item,
                repeat=alarm.repeat,
                severity="critical",
                titles={
                    "zh-CN": "该梯有困人风险且无法呼救，须立即停梯",
                    "en": "People may be trapped in this lift and cannot call: stop it at once",
                },
                evidence=evidence_of([alarm, *here]),
            )


def left_in_use(inspection: Inspection, _: Checklist) -> Iterator[FindingDraft]:
    """Something dangerous was found and nothing was done: it still runs."""
    for action in inspection.failed_of(*PRECAUTIONS):
        causes = inspection.failed_of(*PRECAUTIONS[action.item])
        here = [one for one in causes if one.repeat == action.repeat]
        if here:
            yield FindingDraft(
                rule="left-in-use",
                item=action.item,
                repeat=action.repeat,
                severity="critical",
                titles={
                    "zh-CN": "已发现危险但未采取措施，设备仍在运行，须立即停用",
                    "en": "Found dangerous, nothing done, still running: stop it at once",
                },
                evidence=evidence_of([action, *here]),
            )


def _lost(rule: str, zh: str, en: str, failed: list[ResultView]) -> FindingDraft:
    """A critical finding about the section of the first failure."""
    return FindingDraft(
        rule=rule,
        section=failed[0].section,
        severity="critical",
        titles={"zh-CN": zh, "en": en},
        evidence=evidence_of(failed),
    )
