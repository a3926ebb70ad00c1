"""What the ops of a complaint's life write on its feedback record: all of it outside of merging."""

from collections.abc import Callable
from typing import Any

from fieldops.model.record import Decoded, Effect
from fieldops.rules.complaintsteps import HANDLE


def _handled(decoded: Decoded) -> Effect:
    """The member of the step, beside ``stage`` and ``steps``."""
    fields = {name: value for name, value in decoded.fields.items() if name != "step"}
    told = {**fields, "by": decoded.by, "at": decoded.op.at.wall}
    write = _STEPS.get(decoded.fields["step"])
    return Effect(write(decoded, told) if write else {}, own=True)


def _scheduled(decoded: Decoded) -> Effect:
    fields = decoded.fields
    made = {"clock": fields["clock"], "suggestion": fields["suggestion"]}
    owner = {"owner": fields["owner"]} if "owner" in fields else {}
    return Effect({**made, **owner, "scheduled": fields["cause"]}, own=True)


def _reminded(decoded: Decoded) -> Effect:
    return Effect({"reminded": decoded.fields}, own=True)


def _escalated(decoded: Decoded) -> Effect:
    """By what has passed: how far it went stands beside the deadline that it went for."""
    return Effect({escalated(decoded.fields["what"]): decoded.fields}, own=True)


def escalated(what: str) -> str:
    """The member that says how far an overdue ``what`` has gone."""
    return f"escalated_{what.replace('-', '_')}"


def _accepted(decoded: Decoded, _told: dict[str, Any]) -> dict[str, Any]:
    return {"owner": decoded.by, "handover": None}


def _classified(decoded: Decoded, told: dict[str, Any]) -> dict[str, Any]:
    return {"tier": decoded.fields["tier"], "classified": told}


def _member(name: str) -> Callable[[Decoded, dict[str, Any]], dict[str, Any]]:
    return lambda _decoded, told: {name: told}


_STEPS: dict[str, Callable[[Decoded, dict[str, Any]], dict[str, Any]]] = {
    "accept": _accepted,
    "classify": _classified,
    "hand-over": _member("handover"),
    "accept-hand-over": _accepted,
    "decline-hand-over": lambda _decoded, told: {"handover": None, "declined": told},
    "investigate": _member("investigation"),
    "answer": _member("answer"),
    "resolve": _member("resolution"),
    "follow-up": _member("followup"),
    "re-open": _member("reopening"),
    "pause": _member("pause"),
    "archive": _member("archive"),
}
"""The member that holds the latest of its steps; the ledger has them all."""


EFFECTS: dict[str, Callable[[Decoded], Effect]] = {
    HANDLE: _handled,
    "complaint.schedule@1": _scheduled,
    "complaint.remind@1": _reminded,
    "complaint.escalate@1": _escalated,
}
