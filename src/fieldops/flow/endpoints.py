"""Where webhooks go: set by administrators, as ops; secrets and places in the log beside them.

Endpoints stand in a feed of their own, which no tablet reads: an address may hold a key.
"""

import base64
import secrets
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid5

from msgspec import Struct, UnsetType, to_builtins
from sqlmodel import Session

from fieldops.flow import callout, setup
from fieldops.flow.courier import signed
from fieldops.flow.events import event_id
from fieldops.flow.timing import rfc3339
from fieldops.model.event import Endpoint
from fieldops.model.problem import ProblemError, problem
from fieldops.model.record import State
from fieldops.model.said import Said, at
from fieldops.rules.endpoints import endpoint_of
from fieldops.sections import WebhookSettings
from fieldops.store import audit, batch, log, meta, outlets, records
from fieldops.store.outlets import DeadLetter, Outlet
from fieldops_sync.endpointpayloads import EndpointSet
from fieldops_sync.ids import uuid7
from fieldops_sync.webhooks import Told

MOST = 100
"""Each endpoint has a thread of its own in every worker."""
_SECRET_BYTES = 32
"""Standard Webhooks asks for 24 to 64."""
_HOUR_MS = 3_600_000
_FEED = "endpoints"


class MadeSecret(Struct, frozen=True):
    """A secret, shown this once."""

    id: UUID
    secret: str


def feed_of(session: Session) -> UUID:
    """The feed that endpoints stand in."""
    return uuid5(meta.organisation(session), _FEED)


def add(
    session: Session,
    given: WebhookSettings,
    fields: EndpointSet,
    actor: UUID,
    now_ms: int,
    position: int | None = None,
) -> MadeSecret:
    """A new endpoint, told of what comes behind ``position`` (None: from now on).

    Raises ``ProblemError`` validation.
    """
    if isinstance(fields.url, UnsetType):
        why = Said("须填写地址", "an endpoint needs an address")
        raise ProblemError(problem("validation", at("url", why)))
    if len(states(session)) >= MOST:
        full = Said(f"已有 {MOST} 个推送端点", f"there are {MOST} endpoints already")
        raise ProblemError(problem("validation", full))
    endpoint = uuid7()
    _check_position(session, position or 0)
    _put(session, given, endpoint, fields, actor, now_ms)
    head = log.counter(session)
    outlets.add(session, endpoint, head if position is None else position)
    return _new_secret(session, endpoint, now_ms, now_ms)


def change(
    session: Session,
    given: WebhookSettings,
    endpoint: UUID,
    fields: EndpointSet,
    actor: UUID,
    now_ms: int,
) -> None:
    """Change an endpoint.  Raises ``ProblemError`` not-found, validation.

    One that is enabled again, or has another address, goes on at once where it stood, whatever had
    suspended it.
    """
    state_of(session, endpoint)
    _put(session, given, endpoint, fields, actor, now_ms)
    if fields.enabled is True or isinstance(fields.url, str):
        _resume(session, endpoint)


def pause(session: Session, endpoint: UUID, reason: str, actor: UUID, now_ms: int) -> None:
    """Let an endpoint wait where it stands.  Raises ``ProblemError`` not-found."""
    fields = EndpointSet(reason=reason, enabled=False)
    change(session, WebhookSettings(), endpoint, fields, actor, now_ms)


def resume(session: Session, endpoint: UUID, reason: str, actor: UUID, now_ms: int) -> None:
    """Let an endpoint go on where it stands, at once.  Raises ``ProblemError`` not-found."""
    if state_of(session, endpoint).body.get("enabled", True):
        _note(session, "resume", endpoint, actor, now_ms, reason=reason)
        _resume(session, endpoint)
        return
    fields = EndpointSet(reason=reason, enabled=True)
    change(session, WebhookSettings(), endpoint, fields, actor, now_ms)


def replay(session: Session, endpoint: UUID, position: int, actor: UUID, now_ms: int) -> None:
    """Tell an endpoint again, under the same ids, what comes behind a position.

    Raises ``ProblemError`` not-found, or validation for a position that the log has not reached.
    """
    state_of(session, endpoint)
    _check_position(session, position)
    stood = _outlet(session, endpoint).position
    outlets.place(session, endpoint, position)
    _note(session, "replay", endpoint, actor, now_ms, position=position, stood=stood)


def rotate(
    session: Session, given: WebhookSettings, endpoint: UUID, actor: UUID, now_ms: int
) -> MadeSecret:
    """A new secret; the one before it signs beside it for a while.  Raises not-found."""
    state_of(session, endpoint)
    _note(session, "rotate", endpoint, actor, now_ms)
    return _new_secret(session, endpoint, now_ms, now_ms + given.rotate_hours * _HOUR_MS)


def dead(session: Session, endpoint: UUID | None, after: int, limit: int) -> list[DeadLetter]:
    """What was refused, by position.  Raises ``ProblemError`` not-found."""
    if endpoint is not None:
        state_of(session, endpoint)
    return outlets.dead(session, endpoint, after, limit)


def retry(session: Session, endpoint: UUID, position: int | None, actor: UUID, now_ms: int) -> int:
    """Have what was refused (None: all of it) sent again; how many.  Raises not-found."""
    state_of(session, endpoint)
    found = outlets.want_again(session, endpoint, position)
    if position is not None and not found:
        raise ProblemError(problem("not-found"))
    _note(session, "retry", endpoint, actor, now_ms, position=position, count=found)
    return found


class Trial(Struct, frozen=True):
    """A test that is ready to be sent."""

    url: str
    headers: dict[str, str]
    body: bytes


def trial(session: Session, endpoint: UUID, actor: UUID, now_ms: int) -> Trial:
    """An event of type ``webhook.test``, signed as all are.  Raises ``ProblemError`` not-found."""
    state_of(session, endpoint)
    known = _known(session, endpoint)
    op = uuid7()
    told = Told(
        id=event_id(op, endpoint),
        type="webhook.test",
        position=0,
        kind="endpoint",
        subject=endpoint,
        op=op,
        op_type="webhook.test@1",
        actor=actor,
        state="",
        revision=0,
        changed=[],
        received_at=rfc3339(now_ms),
        links={"self": f"/api/v1/webhooks/{endpoint}"},
    )
    found = [one.secret for one in outlets.secrets(session, endpoint, now_ms)]
    return Trial(known.url, *signed(told, found, now_ms))


def send(made: Trial, given: WebhookSettings) -> callout.Answer:
    """Send a test; to be called outside of any transaction."""
    return callout.post(made.url, made.headers, made.body, given)


def _put(
    session: Session,
    given: WebhookSettings,
    endpoint: UUID,
    fields: EndpointSet,
    actor: UUID,
    now_ms: int,
) -> None:
    if not fields.reason.strip():
        raise ProblemError(problem("validation", at("reason", Said("请填写原因", "is empty"))))
    payload: dict[str, Any] = to_builtins(fields)
    subject = ("endpoint", endpoint)
    setup.put(session, "endpoint.set@1", subject, feed_of(session), payload, actor, now_ms)
    if isinstance(fields.url, str):
        _check_url(fields.url, given)
    told = {**payload, "url": _shown(payload["url"])} if "url" in payload else payload
    _note(session, "set", endpoint, actor, now_ms, **told)


def _check_url(url: str, given: WebhookSettings) -> None:
    try:
        callout.check(url, given)
    except callout.NotAllowed as error:
        raise ProblemError(problem("validation", at("url", error.said))) from error


def _shown(url: str) -> str:
    """An address without its query, which may hold a key: the audit is read by many, for years."""
    return urlsplit(url)._replace(query="").geturl()


def _check_position(session: Session, position: int) -> None:
    head = log.counter(session)
    if position > head:
        detail = Said(
            f"位置 {position}：日志止于 {head}", f"position {position}: the log ends at {head}"
        )
        raise ProblemError(problem("validation", detail))


def _resume(session: Session, endpoint: UUID) -> None:
    outlets.place(session, endpoint, _outlet(session, endpoint).position)


def _new_secret(session: Session, endpoint: UUID, now_ms: int, ends_ms: int) -> MadeSecret:
    made = "whsec_" + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()
    outlets.add_secret(session, endpoint, made, now_ms, ends_ms)
    return MadeSecret(endpoint, made)


def states(session: Session) -> list[State]:
    """The records of all endpoints, oldest first."""
    return list(records.of_kind(session, [feed_of(session)], "endpoint"))


def state_of(session: Session, endpoint: UUID) -> State:
    """The record of an endpoint.  Raises ``ProblemError`` not-found."""
    state = records.get_one(session, endpoint)
    if state is None or state.kind != "endpoint" or outlets.get(session, endpoint) is None:
        raise ProblemError(problem("not-found"))
    return state


def locked(session: Session, endpoint: UUID) -> State:
    """The record of an endpoint, which nobody else changes until the end of the transaction.

    Raises ``ProblemError`` not-found.
    """
    batch.lock(session, [feed_of(session)])
    return state_of(session, endpoint)


def _outlet(session: Session, endpoint: UUID) -> Outlet:
    found = outlets.get(session, endpoint)
    assert found is not None, "who has a place is asked for it"
    return found


def _known(session: Session, endpoint: UUID) -> Endpoint:
    found = endpoint_of(endpoint, state_of(session, endpoint).body)
    assert found is not None, "what has a place has an address"
    return found


def _note(
    session: Session, verb: str, endpoint: UUID, actor: UUID, now_ms: int, **detail: Any
) -> None:
    entry = audit.Entry(
        f"endpoint.{verb}", now_ms, actor=actor, subject=endpoint, detail=to_builtins(detail)
    )
    audit.add(session, entry)
