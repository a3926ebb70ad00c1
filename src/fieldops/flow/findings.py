"""verdict → ops: what is new is raised, what changed raised anew, what does not hold withdrawn.

The ops are those of a server actor.  Everything in them follows from the state and the change that
caused them, so that the same work done twice gives the same ops, which add nothing (promise 3).
Each is made on the change of the finding before it: the history of a finding shows all of them,
with the version of the plugin in each, and what is raised again after it was withdrawn is new.
"""

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

import msgspec
from msgspec import UNSET

from fieldops.flow.enter import server_op
from fieldops.flow.judge import Raised, Verdict
from fieldops.flow.view import Case
from fieldops.model.access import Level
from fieldops.model.finding import Finding
from fieldops.model.inspection import LogChange
from fieldops.model.plugin import PluginCard, PluginFault
from fieldops.model.record import State
from fieldops.plugin.meter import Caller
from fieldops.rules.deadlines import DEFAULTS, Terms, deadline_after, default_deadline
from fieldops.rules.findingsteps import DONE
from fieldops.rules.redaction import covered
from fieldops_sync.ids import finding_id
from fieldops_sync.payloads import FindingRaise, FindingWithdraw

_COMPARED = ("rule", "severity", "titles", "item", "repeat", "evidence", "result", "area")
_encode = msgspec.json.Encoder(order="sorted").encode


def ops_of(
    caller: Caller, case: Case, verdict: Verdict, change: LogChange, terms: Terms = DEFAULTS
) -> tuple[list[bytes], list[PluginFault]]:
    """The ops that make the verdict stand, and the faults of deadlines that could not be asked.

    ``terms`` are the site's, for what neither its draft nor the plugin gives a deadline.  What is
    closed stays as it was closed, whatever the plugin finds later.
    """
    ops: list[bytes] = []
    faults: list[PluginFault] = []
    standing = case.standing(caller.card.name)
    wanted = {_id(caller.card, one): one for one in verdict.raised}
    for finding, one in wanted.items():
        payload = _payload(caller.card, case, one, change)
        before = standing.get(finding)
        if before is not None and (_is_done(before) or _stands(before, payload)):
            continue
        deadline = _deadline(caller, case, finding, one, change, before)
        if isinstance(deadline, PluginFault):
            faults.append(deadline)
            deadline = None
        deadline = deadline or default_deadline(one.draft.severity, change.at, terms)
        payload = msgspec.structs.replace(payload, deadline=deadline)
        ops.append(_finding_op(case, finding, before, "finding.raise@1", payload))
    gone = _gone(case, standing, wanted, verdict)
    ops += [_withdrawal(caller.card, case, standing[finding], change) for finding in gone]
    return ops, faults


def _is_done(state: State) -> bool:
    """Whether people have ended it, or upheld an appeal against it."""
    return state.state in DONE or state.body.get("stage") == "withdrawn"


def _stands(before: State, payload: FindingRaise) -> bool:
    """Whether it is raised already, as it is found now."""
    return before.state != "withdrawn" and _same(before.body, payload)


def _id(card: PluginCard, raised: Raised) -> UUID:
    return finding_id(card.name, raised.draft.rule, raised.about)


def _payload(card: PluginCard, case: Case, raised: Raised, change: LogChange) -> FindingRaise:
    """Whatever the plugin was shown, a finding carries no copy of personal information."""
    draft, view = raised.draft, case.inspection
    return FindingRaise(
        rule=draft.rule,
        severity=draft.severity,
        titles=covered(draft.titles, Level.L1),
        plugin=card.name,
        plugin_version=card.version,
        inspection=view.id,
        result=raised.about if raised.about in case.records and draft.item else UNSET,
        item=draft.item or UNSET,
        repeat=draft.repeat or UNSET,
        area=view.area or UNSET,
        evidence=covered(_evidence(draft.evidence, draft.section), Level.L1),
        cause=change.op,
    )


def _evidence(evidence: dict[str, str], section: str) -> dict[str, str]:
    return {**evidence, "section": section} if section else evidence


def _same(body: Mapping[str, Any], payload: FindingRaise) -> bool:
    new = msgspec.json.decode(_encode(payload))
    return all(body.get(name) == new.get(name) for name in _COMPARED)


def _deadline(
    caller: Caller,
    case: Case,
    finding: UUID,
    raised: Raised,
    change: LogChange,
    before: State | None,
) -> str | PluginFault | None:
    """One told anew keeps its deadline; else its draft names it, or the plugin; None: neither."""
    draft, card = raised.draft, caller.card
    is_told = before is not None and before.state != "withdrawn"
    if before is not None and is_told and before.body["severity"] == draft.severity:
        kept: str | None = before.body.get("deadline")
        return kept
    if draft.within_hours is not None:
        return deadline_after(draft.within_hours, change.at, case.site.timezone)
    if "set_deadline" not in card.hooks:
        return None
    about = Finding(
        id=finding,
        draft=draft,
        plugin=card.name,
        plugin_version=card.version,
        inspection=case.inspection.id,
        site=case.inspection.site,
        raised_at=change.at,
    )
    given: str | PluginFault | None = caller.call(
        "set_deadline", {"finding": about, "site": case.site}
    )
    return given


def _gone(
    case: Case, standing: Mapping[UUID, State], wanted: Mapping[UUID, Raised], verdict: Verdict
) -> Iterator[UUID]:
    """Findings that were not raised this time, but for those about photos not looked at."""
    present = {str(photo.id) for photo in case.inspection.photos}
    looked = {str(photo) for photo in verdict.photos}
    for finding, state in standing.items():
        if finding in wanted or state.state == "withdrawn" or _is_done(state):
            continue
        photo = state.body.get("evidence", {}).get("photo", "")
        of_photo = state.body["rule"].startswith("photo.") and case.inspection.state != "voided"
        if of_photo and photo in present and photo not in looked:
            continue
        yield finding


def _withdrawal(card: PluginCard, case: Case, before: State, change: LogChange) -> bytes:
    payload = FindingWithdraw(
        reason="the rule no longer finds it",
        plugin=card.name,
        plugin_version=card.version,
        cause=change.op,
    )
    return _finding_op(case, before.id, before, "finding.withdraw@1", payload)


def _finding_op(
    case: Case,
    finding: UUID,
    before: State | None,
    type_: str,
    payload: FindingRaise | FindingWithdraw,
) -> bytes:
    base = () if before is None else (before.change,)
    plain = msgspec.to_builtins(payload)
    actor = f"plugin:{payload.plugin}"
    return server_op(type_, ("finding", finding), case.inspection.site, actor, plain, base)
