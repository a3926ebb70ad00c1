"""What the ops of a finding's life write; all of it is outside of merging (PROTOCOL.md, "Steps").

``deadline_wanted`` is the server's own: it says that a deadline is to be set, and from which op on.
"""

from collections.abc import Callable
from typing import Any

from fieldops.model.record import Decoded, Effect
from fieldops.rules.findingsteps import DONE


def finding_state(body: dict[str, Any]) -> str:
    """Where a finding stands; what is done stays so when its plugin withdraws it later."""
    stage: str = body.get("stage") or "open"
    return "withdrawn" if body.get("withdrawn") and stage not in DONE else stage


def _raise(decoded: Decoded) -> Effect:
    return Effect({**decoded.fields, "withdrawn": None}, decoded.walk, own=True)


def _withdraw(decoded: Decoded) -> Effect:
    return Effect({"withdrawn": decoded.fields}, own=True)


def _report(decoded: Decoded) -> Effect:
    fields = decoded.fields
    if "deadline" not in fields:
        fields = {**fields, **_wanted(decoded, "raised")}
    # A person's words, signed like those of any other record.
    return Effect(fields, decoded.walk)


def _assign(decoded: Decoded) -> Effect:
    fields = decoded.fields
    said: dict[str, Any] = {name: fields.get(name) for name in ("owner", "team")}
    return Effect({**said, **_deadline(decoded), "assignment": _entry(decoded)}, own=True)


def _rectify(decoded: Decoded) -> Effect:
    return Effect({"rectifications": [_entry(decoded)]}, own=True)


def _recheck(decoded: Decoded) -> Effect:
    fields: dict[str, Any] = {"rechecks": [_entry(decoded)]}
    outcome = decoded.fields["outcome"]
    if outcome == "deducted":
        fields["deduction"] = decoded.fields["points"]
    if outcome == "again":
        fields |= _deadline(decoded) or _wanted(decoded, "again")
    return Effect(fields, own=True)


def _appeal(decoded: Decoded) -> Effect:
    return Effect({"appeals": [_entry(decoded)]}, own=True)


def _decide(decoded: Decoded) -> Effect:
    fields: dict[str, Any] = {"decisions": [_entry(decoded)]}
    if decoded.fields["decision"] == "dismissed":
        fields |= _wanted(decoded, "resumed")
    return Effect(fields, own=True)


def _pause(decoded: Decoded) -> Effect:
    return Effect({"pauses": [_entry(decoded)]}, own=True)


def _resume(decoded: Decoded) -> Effect:
    return Effect({"resumptions": [_entry(decoded)], **_wanted(decoded, "resumed")}, own=True)


def _schedule(decoded: Decoded) -> Effect:
    return Effect({"deadline": decoded.fields["deadline"], "deadline_wanted": None}, own=True)


def _escalate(decoded: Decoded) -> Effect:
    return Effect({"escalations": [{**decoded.fields, "at": decoded.op.at.wall}]}, own=True)


def _relieve(decoded: Decoded) -> Effect:
    return Effect({"relieved": [decoded.fields]}, own=True)


def _link(decoded: Decoded) -> Effect:
    fields = decoded.fields
    return Effect({"repeat_of": fields["repeat_of"], "repeats": fields["count"]}, own=True)


def _entry(decoded: Decoded) -> dict[str, Any]:
    """What a step said, by whom and when, and by which op."""
    op = decoded.op
    return {**decoded.fields, "op": str(op.id), "by": decoded.by, "at": op.at.wall}


def _deadline(decoded: Decoded) -> dict[str, Any]:
    """A deadline that a person sets, where he does."""
    if "deadline" not in decoded.fields:
        return {}
    return {"deadline": decoded.fields["deadline"], "deadline_wanted": None}


def _wanted(decoded: Decoded, why: str) -> dict[str, Any]:
    return {"deadline_wanted": {"why": why, "cause": str(decoded.op.id)}}


FINDING_EFFECTS: dict[str, Callable[[Decoded], Effect]] = {
    "finding.raise@1": _raise,
    "finding.withdraw@1": _withdraw,
    "finding.report@1": _report,
    "finding.assign@1": _assign,
    "rectification.report@1": _rectify,
    "recheck.record@1": _recheck,
    "finding.appeal@1": _appeal,
    "appeal.decide@1": _decide,
    "finding.pause@1": _pause,
    "finding.resume@1": _resume,
    "finding.schedule@1": _schedule,
    "finding.escalate@1": _escalate,
    "finding.relieve@1": _relieve,
    "finding.link@1": _link,
}
