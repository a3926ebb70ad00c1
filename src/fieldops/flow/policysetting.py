"""Changing what a site works by: an op with who and why, and a line of the audit."""

from typing import Any
from uuid import UUID

from sqlmodel import Session

from fieldops.flow.edits import check_match
from fieldops.flow.policies import PolicyView, changed, states, view
from fieldops.flow.setup import put
from fieldops.model.problem import ProblemError, problem
from fieldops.model.said import Said
from fieldops.rules.policies import checked
from fieldops.store import audit, batch
from fieldops_sync.ids import policy_id


def set_policy(
    session: Session,
    scope: UUID,
    name: str,
    values: dict[str, str] | None,
    reason: str,
    actor: UUID,
    now_ms: int,
    if_match: str | None = "*",
) -> PolicyView:
    """Change a policy of a site, or of the organisation, or take the change back.

    ``values`` is the whole difference.  Raises ``ProblemError`` not-found for a policy that is
    none, validation for values that it does not have or that do not go together, or no reason;
    revision-required or revision-changed where ``if_match`` (the header as sent) is not of what
    stands.
    """
    batch.lock(session, [scope])
    check_match(view(session, scope, name).revision, if_match, demanded=True)
    _check(session, scope, name, values)
    subject = ("policy", policy_id(scope, name))
    payload: dict[str, Any] = {"policy": name, "values": values, "reason": reason}
    put(session, "policy.set@1", subject, scope, payload, actor, now_ms)
    detail = {"site": str(scope), **payload}
    audit.add(session, audit.Entry("policy.set", now_ms, actor, subject=subject[1], detail=detail))
    return view(session, scope, name)


def _check(session: Session, scope: UUID, name: str, values: dict[str, str] | None) -> None:
    below = [state for state in states(session, scope, name) if state.feed != scope]
    made = checked(name, [*changed(below), values or {}])
    wrong = made if isinstance(made, Said) else made.wrong()
    if wrong:
        raise ProblemError(problem("validation", wrong))
