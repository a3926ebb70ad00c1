"""What each op type writes: from an admitted op to the members of its subject."""

from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID, uuid5

from fieldops.model.record import Decoded, Effect, Fields
from fieldops.rules import complainteffects
from fieldops.rules.alarmeffects import ALARM_EFFECTS, alarm_state
from fieldops.rules.complaintsteps import complaint_state
from fieldops.rules.findingeffects import FINDING_EFFECTS, finding_state
from fieldops.rules.roundeffects import (
    ROUND_EFFECTS,
    plan_state,
    qualification_state,
    round_state,
)
from fieldops.rules.taskeffects import TASK_EFFECTS


def effect(decoded: Decoded) -> Effect:
    """The members that the op writes, and the inspection that it belongs to."""
    return _EFFECTS.get(decoded.op.type, _plain)(decoded)


def is_plain(op_type: str) -> bool:
    """Whether an op of this type writes its payload, member by member, and nothing else."""
    return op_type not in _EFFECTS


def overrides_id(site: UUID, checklist: str) -> UUID:
    """What a site's overrides of one checklist have as their parent; there is no such record."""
    return uuid5(site, f"overrides\x1f{checklist}")


def signed(fields: Fields, by: str, wall: str, definition: str | None) -> dict[str, Any]:
    """Members as a subject holds them: beside them who wrote them, when, by which checklist."""
    if definition is None:
        return {**fields, "by": by, "at": wall}
    return {**fields, "by": by, "at": wall, "def": definition}


def state_of(kind: str, body: dict[str, Any]) -> str:
    """The one word that says where a subject stands, from its members."""
    (word,) = states_of(kind, (body,))
    return word


def states_of(kind: str, bodies: Iterable[dict[str, Any]]) -> list[str]:
    """The same of many subjects of a kind."""
    word = _STATES.get(kind, _no_state)
    return ["voided" if body.get("void") else word(body) for body in bodies]


def _no_state(_body: dict[str, Any]) -> str:
    return ""


def _inspection_state(body: dict[str, Any]) -> str:
    return body.get("verdict") or body.get("state") or "stub"


def _photo_state(body: dict[str, Any]) -> str:
    for name in ("stored", "removed", "waived"):
        if body.get(name):
            return name
    return "awaiting"


def _checklist_state(body: dict[str, Any]) -> str:
    return "withdrawn" if body.get("withdrawn") else "published"


_STATES: dict[str, Callable[[dict[str, Any]], str]] = {
    "inspection": _inspection_state,
    "result": lambda body: body.get("outcome") or "",
    "photo": _photo_state,
    "feedback": complaint_state,
    "finding": finding_state,
    "task": lambda body: body.get("stage") or "open",
    "checklist": _checklist_state,
    "plan": plan_state,
    "round": round_state,
    "qualification": qualification_state,
    "alarm": alarm_state,
}


def _plain(decoded: Decoded) -> Effect:
    return Effect(decoded.fields, decoded.walk)


def _start(decoded: Decoded) -> Effect:
    op = decoded.op
    fields = {**decoded.fields, "state": "draft", "owner": decoded.by, "checklist": op.def_}
    return Effect(fields)


def _submit(decoded: Decoded) -> Effect:
    announced = {
        key: decoded.fields[key]
        for key in ("results", "photos", "feedback")
        if key in decoded.fields
    }
    fields: dict[str, Any] = {"state": "submitted", "announced": announced}
    if "note" in decoded.fields:
        fields["submit_note"] = decoded.fields["note"]
    return Effect(fields)


def _handover(decoded: Decoded) -> Effect:
    fields = {"owner": decoded.fields["to"]}
    if "note" in decoded.fields:
        fields["handover_note"] = decoded.fields["note"]
    return Effect(fields)


def _seal(decoded: Decoded) -> Effect:
    return Effect({"state": "sealed", "seal_note": decoded.fields.get("note", "")})


def _reopen(decoded: Decoded) -> Effect:
    reason = decoded.fields["reason"]
    return Effect({"state": "draft", "reopen_reason": reason, "verdict": None})


def _score(decoded: Decoded) -> Effect:
    return Effect({"score": decoded.fields}, own=True)


def _stored(decoded: Decoded) -> Effect:
    fields = _without_cause(decoded)
    if "cause" not in decoded.fields:
        return Effect({"stored": fields}, own=True)
    return Effect({"stored": fields, "damaged": None, "removed": None}, own=True)


def _removed(decoded: Decoded) -> Effect:
    return Effect({"stored": None, "removed": _without_cause(decoded)}, own=True)


def _damaged(decoded: Decoded) -> Effect:
    return Effect({"stored": None, "damaged": _without_cause(decoded)}, own=True)


def _noted(decoded: Decoded) -> Effect:
    return Effect(_without_cause(decoded), own=True)


def _without_cause(decoded: Decoded) -> dict[str, Any]:
    return {name: value for name, value in decoded.fields.items() if name != "cause"}


def _waive(decoded: Decoded) -> Effect:
    return Effect({"waived": decoded.fields["reason"]})


def _void(decoded: Decoded) -> Effect:
    """A finding's void is a step of its life: outside of merging, and signs nothing anew."""
    reason = {"reason": decoded.fields["reason"], "by": decoded.by}
    return Effect({"void": reason}, own=decoded.op.subject.kind == "finding")


def _resolve(decoded: Decoded) -> Effect:
    return Effect(dict(decoded.fields["set"]))


def _note(decoded: Decoded) -> Effect:
    """The notes on a finding stand below it."""
    return Effect(decoded.fields, UUID(decoded.fields["finding"]))


def _review(decoded: Decoded) -> Effect:
    verdict = decoded.fields["verdict"]
    return Effect({"verdict": verdict, "review_note": decoded.fields.get("note", "")})


def _withdraw_version(decoded: Decoded) -> Effect:
    reason = {"reason": decoded.fields["reason"], "by": decoded.by}
    return Effect({"withdrawn": reason})


def _override(decoded: Decoded) -> Effect:
    """A site's overrides of one checklist stand together, so that they are found together."""
    return Effect(decoded.fields, overrides_id(decoded.op.site, decoded.fields["checklist"]))


_EFFECTS: dict[str, Callable[[Decoded], Effect]] = {
    **FINDING_EFFECTS,
    **TASK_EFFECTS,
    **ALARM_EFFECTS,
    "inspection.start@1": _start,
    "inspection.submit@1": _submit,
    "inspection.handover@1": _handover,
    "inspection.seal@1": _seal,
    "inspection.reopen@1": _reopen,
    "inspection.score@1": _score,
    "photo.waive@1": _waive,
    "media.stored@1": _stored,
    "media.removed@1": _removed,
    "media.damaged@1": _damaged,
    "photo.note@1": _noted,
    "record.void@1": _void,
    "conflict.resolve@1": _resolve,
    "finding.note@1": _note,
    "review.decide@1": _review,
    "checklist.withdraw@1": _withdraw_version,
    **complainteffects.EFFECTS,
    "override.set@1": _override,
    **ROUND_EFFECTS,
}
