"""Who is told by letter of what: one table from op types to notices.

    op, what it said, its record ─→ (notice, to whom, facts)

Facts are keys and instants only, nothing that people wrote: a letter crosses machines of others, so
it is level 1 and says where to look.
"""

from collections.abc import Callable, Mapping
from typing import Any, Literal
from uuid import UUID

from msgspec import Struct

from fieldops.model.access import Role

Name = Literal[
    "finding-assigned",
    "finding-overdue",
    "finding-rectified",
    "finding-again",
    "finding-appealed",
    "appeal-decided",
    "complaint-received",
    "complaint-classified",
    "complaint-handed-over",
    "complaint-overdue",
    "complaint-major",
    "follow-up-due",
    "retake-asked",
    "round-assigned",
    "plugin-parked",
    "export-amiss",
    "report-amiss",
    "digest",
]
SUPERVISORS: tuple[Role, ...] = (Role.SUPERVISOR,)
OFFICE: tuple[Role, ...] = (Role.OPS, Role.ADMINISTRATOR)
_GROUPS: Mapping[str, tuple[Role, ...]] = {"supervisor": SUPERVISORS, "office": OFFICE}
Said = Mapping[str, Any]


class Notice(Struct, frozen=True):
    """What to tell, and whom: people by id, whoever is of a team, whoever holds a role there."""

    name: Name
    people: tuple[UUID, ...] = ()
    team: str | None = None
    roles: tuple[Role, ...] = ()
    facts: dict[str, str] = {}


def notice(op_type: str, said: Said, body: Said) -> Notice | None:
    """The notice that an op makes, if it makes one.

    ``said`` is its payload, ``body`` its record as it is now.
    """
    make = _NOTICES.get(op_type)
    return None if make is None else make(said, body)


def _responsible(name: Name, body: Said, **facts: Any) -> Notice:
    """To whoever is to put it right; while that is nobody, to the supervisors."""
    people, team = _ids(body.get("owner")), body.get("team")
    roles = () if people or team else SUPERVISORS
    told = {"severity": body.get("severity"), "deadline": body.get("deadline"), **facts}
    return Notice(name, people, team, roles, _facts(told))


def _group(name: Name, to: str, **facts: Any) -> Notice:
    return Notice(name, roles=_GROUPS[to], facts=_facts(facts))


def _escalated(said: Said, body: Said) -> Notice:
    facts = {"severity": body.get("severity"), "deadline": said["deadline"]}
    if said["step"] == "team":
        return _responsible("finding-overdue", body, **facts)
    return _group("finding-overdue", said["step"], **facts)


def _rechecked(said: Said, body: Said) -> Notice | None:
    if said["outcome"] == "closed":
        return None
    return _responsible("finding-again", body, outcome=said["outcome"])


def _feedback(said: Said, _body: Said) -> Notice | None:
    if said.get("nature") != "complaint":
        return None
    return _group("complaint-received", "supervisor")


def _handled(said: Said, _body: Said) -> Notice | None:
    if said["step"] == "hand-over":
        people, team = _ids(said.get("to")), said.get("team")
        return Notice("complaint-handed-over", people, team)
    if said["step"] == "classify":
        to = "office" if said.get("tier") == "major" else "supervisor"
        return _group("complaint-classified", to, tier=said.get("tier"))
    return None


def _complaint_escalated(said: Said, body: Said) -> Notice:
    tier = (body.get("clock") or {}).get("tier")
    name: Name = "complaint-major" if said["what"] == "major" else "complaint-overdue"
    return _group(name, said["to"], what=said["what"], deadline=said["by"], tier=tier)


def _reminded(said: Said, body: Said) -> Notice:
    people = _ids(body.get("owner"))
    roles = () if people else SUPERVISORS
    return Notice("follow-up-due", people, roles=roles, facts=_facts({"deadline": said["by"]}))


def _retake(said: Said, _body: Said) -> Notice:
    facts = _facts({"deadline": said.get("deadline")})
    return Notice("retake-asked", _ids(said.get("owner")), facts=facts)


def _round(said: Said, body: Said) -> Notice:
    facts = _facts({"deadline": body.get("closes")})
    return Notice("round-assigned", _ids(*said.get("people", ())), said.get("team"), facts=facts)


def _ids(*found: Any) -> tuple[UUID, ...]:
    return tuple(UUID(str(one)) for one in found if one)


def _facts(told: Mapping[str, Any]) -> dict[str, str]:
    return {name: value for name, value in told.items() if isinstance(value, str) and value}


_NOTICES: dict[str, Callable[[Said, Said], Notice | None]] = {
    "finding.assign@1": lambda _said, body: _responsible("finding-assigned", body),
    "finding.escalate@1": _escalated,
    "rectification.report@1": lambda _said, _body: _group("finding-rectified", "supervisor"),
    "recheck.record@1": _rechecked,
    "finding.appeal@1": lambda _said, _body: _group("finding-appealed", "supervisor"),
    "appeal.decide@1": lambda said, body: _responsible(
        "appeal-decided", body, outcome=said["decision"]
    ),
    "feedback.record@1": _feedback,
    "complaint.handle@1": _handled,
    "complaint.escalate@1": _complaint_escalated,
    "complaint.remind@1": _reminded,
    "task.open@1": _retake,
    "round.assign@1": _round,
}
NOTIFYING = frozenset(_NOTICES)
"""The op types that make a notice."""
