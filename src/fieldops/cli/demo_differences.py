"""What an inspection must hold after the demo's walk, compared with what the API shows of it."""

from collections.abc import Iterator
from typing import Any

from sqlmodel import Session

from fieldops.cli.demo_play import Journey
from fieldops.cli.demo_server import DemoFailed
from fieldops.cli.demo_sheet import DISPUTED
from fieldops.cli.demo_stage import Texts
from fieldops.flow import view
from fieldops.flow.background import Background
from fieldops.flow.judge import Asked, judge, no_bytes
from fieldops.model.finding import FindingDraft
from fieldops.model.inspection import LogChange
from fieldops.model.plugin import PluginCard, PluginFault
from fieldops.plugin.isolate import Isolated
from fieldops.rules.figures import show_figure
from fieldops.store import plugins

DEFAULT_RULE = ("builtin", "failed")
"""The plugin and the rule that raise a finding for each failed item."""
Judged = tuple[str, str, str, str, str]
"""A finding as it is compared: plugin, rule, item, repeat, severity."""
Record = dict[str, Any]


def expected_findings(session: Session, journey: Journey) -> list[Judged]:
    """What must be open: one for each failure of the sheet, and what the domain's plugin says.

    The plugin is asked once about the whole walk and what lies behind it, in a process of its own;
    the worker has asked it after every change.  Raises ``DemoFailed`` when it cannot answer.
    """
    failed = [(*DEFAULT_RULE, f.item, f.repeat, f.severity) for f in journey.expected.failures]
    plan = journey.plan
    shelf = view.Shelf()
    case = view.build(session, plan.site, plan.inspection, shelf)
    if case is None or case.checklist is None:
        return sorted(failed)
    name = case.checklist.domain
    card = plugins.cards(session).get(name)
    drafts = []
    if card is not None:
        (filled,) = Background(card, shelf).fill(session, [case])
        drafts = _ask(card, filled)
    return sorted([*failed, *((name, d.rule, d.item, d.repeat, d.severity) for d in drafts)])


def _ask(card: PluginCard, case: view.Case) -> list[FindingDraft]:
    walk = case.inspection
    change = LogChange(position=0, kind="inspection", subject=walk.id, site=walk.site, op=walk.id)
    plugin = Isolated(card)
    try:
        verdict = judge(plugin, Asked(case, change), no_bytes)
    finally:
        plugin.close()
    if isinstance(verdict, PluginFault):
        raise DemoFailed(f"plugin {card.name}: {verdict.code} {verdict.detail}")
    return [one.draft for one in verdict.raised]


def differences(
    shown: Record,
    records: list[Record],
    journey: Journey,
    findings: list[Judged],
) -> Iterator[Texts]:
    """Everything about an inspection, as the API shows it, that is not as it was recorded.

    ``findings`` must be open, no other.
    """
    inspection, body = shown["inspection"], shown["inspection"]["body"]
    expected = journey.expected
    hashes = {one.picture.sha256 for one in journey.evidence}
    feedback = of_kind(records, "feedback")
    yield from _unless("state", inspection["state"], "sealed")
    yield from _unless("owner", body.get("owner"), str(journey.cast.han_meimei.id))
    yield from _unless("results", _answers(records), _sent_answers(journey))
    yield from _unless("photos stored", shown["photos_stored"], len(hashes))
    yield from _unless("photos announced", shown["photos_announced"], len(hashes))
    yield from _unless("photos missing", shown["photos_missing"], [])
    yield from _unless("feedback", len(feedback), journey.feedback)
    yield from _unless("suggestions", len(of_kind(records, "suggestion")), 1)
    score = expected.score and show_figure(expected.score)
    yield from _unless("score", (body.get("score") or {}).get("score"), score)
    yield from _unless("findings", _found(records), findings)
    yield from _unless("conflict", _conflict_values(records), ["0.03", "0.08"])


def _answers(records: list[Record]) -> dict[tuple[str, str], Any]:
    return {
        (one["body"]["item"], one["body"].get("repeat", "")): one["body"].get("value")
        for one in of_kind(records, "result")
    }


def _sent_answers(journey: Journey) -> dict[tuple[str, str], Any]:
    return {entry.slot: entry.value for entry in journey.entries}


def _found(records: list[Record]) -> list[Judged]:
    bodies = [one["body"] for one in of_kind(records, "finding", "open")]
    return sorted(
        (one["plugin"], one["rule"], one.get("item", ""), one.get("repeat", ""), one["severity"])
        for one in bodies
    )


def _disputed(records: list[Record]) -> Record:
    found = [one for one in of_kind(records, "result") if one["body"].get("item") == DISPUTED]
    return found[0] if found else {"body": {}, "conflict": {}}


def _conflict_values(records: list[Record]) -> list[str]:
    result = _disputed(records)
    beside = [one["value"] for one in result.get("conflict", {}).get("value", [])]
    return sorted([result["body"].get("value", ""), *beside])


def conflict_of(records: list[Record], journey: Journey) -> list[tuple[str, str]]:
    """Who says what: the value that stands first, then those beside it."""
    names = {str(one.id): one.plan.name for one in (journey.cast.li_lei, journey.cast.wang_qiang)}
    result = _disputed(records)
    beside = result.get("conflict", {}).get("value", [])
    standing = (names.get(result["body"].get("by", ""), "?"), str(result["body"].get("value")))
    return [standing, *((names.get(one["actor"], "?"), str(one["value"])) for one in beside)]


def of_kind(records: list[Record], kind: str, state: str | None = None) -> list[Record]:
    """The records of a kind, in any state or in one."""
    return [one for one in records if one["kind"] == kind and state in (None, one["state"])]


def _unless(what: str, found: Any, sent: Any) -> Iterator[Texts]:
    if found != sent:
        yield f"{what}：收到 {found}，应为 {sent}", f"{what}: found {found}, sent {sent}"
