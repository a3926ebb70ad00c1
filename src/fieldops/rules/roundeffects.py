"""What the ops about rounds write: plans, rounds, qualifications, the marks of walks."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid5

from fieldops.model.record import Decoded, Effect
from fieldops.model.round import plan_of
from fieldops_sync.ids import QUALIFICATION_NAMESPACE


def qualifications_id(domain: str) -> UUID:
    """What the qualifications for a domain have as their parent; there is no such record."""
    return uuid5(QUALIFICATION_NAMESPACE, domain)


def plan_state(body: dict[str, Any]) -> str:
    """Where a plan stands; ``draft`` while it does not say what, when and from when on."""
    plan = plan_of(body)
    if plan is None:
        return "draft"
    return "ended" if plan.ended else "active"


def round_state(body: dict[str, Any]) -> str:
    """Where a round stands."""
    return str(body.get("stage") or "planned")


def qualification_state(body: dict[str, Any]) -> str:
    """Whether a qualification counts at all; its days say when."""
    return "withdrawn" if body.get("withdrawn") else "recorded"


def _set_plan(decoded: Decoded) -> Effect:
    """What is planned already is looked at again."""
    return Effect({**decoded.fields, "through": None, "again": None})


def _extend(decoded: Decoded) -> Effect:
    fields = {"through": decoded.fields["through"], "again": decoded.fields.get("again")}
    return Effect(fields, own=True)


def _plan_round(decoded: Decoded) -> Effect:
    """A round that was withdrawn, or is to be walked otherwise, is planned anew."""
    kept = {name: value for name, value in decoded.fields.items() if name != "cause"}
    optional = dict.fromkeys(("title", "area", "people", "team", "post"))
    fields = {**optional, **kept, "stage": "planned", "withdrawn": None}
    return Effect(fields, UUID(decoded.fields["plan"]), own=True)


def _withdraw(decoded: Decoded) -> Effect:
    withdrawn = {"reason": decoded.fields["reason"], "by": decoded.by}
    return Effect({"withdrawn": withdrawn}, own=True)


def _settle(decoded: Decoded) -> Effect:
    """The figures of a settlement stand together: what is left out is none."""
    named = ("walks", "begun", "ended", "offset_minutes", "over_minutes", "duration_minutes")
    flags = {name: decoded.fields.get(name, False) for name in ("late_receipt", "too_early")}
    return Effect({**{name: decoded.fields.get(name) for name in named}, **flags}, own=True)


def _assign(decoded: Decoded) -> Effect:
    assigned = {name: decoded.fields.get(name) for name in ("people", "team", "post")}
    return Effect({"assigned": assigned, "assign_note": decoded.fields.get("note", "")}, own=True)


def _hand_over(decoded: Decoded) -> Effect:
    assigned = {"people": [decoded.fields["to"]], "team": None, "post": None}
    return Effect({"assigned": assigned, "assign_note": decoded.fields.get("note", "")}, own=True)


def _qualify(decoded: Decoded) -> Effect:
    """Those for one domain stand together: whether there is any is asked for each walk."""
    return Effect(decoded.fields, qualifications_id(decoded.fields["domain"]))


def _mark(decoded: Decoded) -> Effect:
    return Effect({"unqualified": decoded.fields["unqualified"]}, own=True)


ROUND_EFFECTS: dict[str, Callable[[Decoded], Effect]] = {
    "plan.set@1": _set_plan,
    "plan.extend@1": _extend,
    "round.plan@1": _plan_round,
    "round.withdraw@1": _withdraw,
    "round.settle@1": _settle,
    "round.assign@1": _assign,
    "round.handover@1": _hand_over,
    "qualification.set@1": _qualify,
    "inspection.mark@1": _mark,
}
