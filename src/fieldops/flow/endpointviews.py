"""How endpoints are shown to administrators: what was set, how far each is, how it fares."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlmodel import Session

from fieldops.flow import endpoints
from fieldops.flow.timing import rfc3339
from fieldops.model.access import Level
from fieldops.model.record import State
from fieldops.rules.personal import mask
from fieldops.store import log, outlets
from fieldops.store.outlets import Outlet


class SecretView(Struct, frozen=True):
    """Since when a secret signs and until when, in RFC 3339; null while nothing replaces it."""

    made_at: str
    ends_at: str | None


class EndpointView(Struct, frozen=True, kw_only=True):
    """An endpoint, how far it has been told and how it fares.

    ``state``: ``paused`` by a person; ``running``, ``waiting`` after a failure, or ``suspended``
    until a person resumes it.  ``lag`` counts the changes behind ``position``, whoever wants them.
    """

    id: UUID
    url: str
    description: str
    kinds: list[str]
    types: list[str]
    sites: list[UUID] | None
    level: int
    enabled: bool
    reason: str
    revision: int
    state: str
    position: int
    lag: int
    delivered: int
    delivered_at: str | None
    dead: int
    tries: int
    failing_since: str | None
    failing_since_ms: int
    next_try_at: str | None
    why: str
    secrets: list[SecretView]


def listing(session: Session, now_ms: int) -> list[EndpointView]:
    """All endpoints, oldest first."""
    seen = _look(session)
    return [_view(session, seen, state, now_ms) for state in endpoints.states(session)]


def show(session: Session, endpoint: UUID, now_ms: int) -> EndpointView:
    """One endpoint.  Raises ``ProblemError`` not-found."""
    return _view(session, _look(session), endpoints.state_of(session, endpoint), now_ms)


class _Seen(Struct, frozen=True):
    """What is read once for all endpoints."""

    head: int
    places: dict[UUID, Outlet]
    dead: dict[UUID, int]


def _look(session: Session) -> _Seen:
    return _Seen(log.counter(session), outlets.everything(session), outlets.count_dead(session))


def _view(session: Session, seen: _Seen, state: State, now_ms: int) -> EndpointView:
    body, outlet = state.body, seen.places.get(state.id) or _placeless(state.id)
    enabled = body.get("enabled", True)
    return EndpointView(
        id=state.id,
        url=body.get("url", ""),
        description=_text(body, "description"),
        kinds=body.get("kinds", []),
        types=body.get("types", []),
        sites=body.get("sites"),
        level=body.get("level", 1),
        enabled=enabled,
        reason=_text(body, "reason"),
        revision=state.revision,
        state=outlet.state if enabled else "paused",
        position=outlet.position,
        lag=max(0, seen.head - outlet.position),
        delivered=outlet.delivered,
        delivered_at=_at(outlet.delivered_ms),
        dead=seen.dead.get(state.id, 0),
        tries=outlet.tries,
        failing_since=_at(outlet.failing_ms),
        failing_since_ms=outlet.failing_ms or 0,
        next_try_at=_at(outlet.next_ms or None),
        why=outlet.why,
        secrets=[
            SecretView(rfc3339(one.made_ms), _at(one.ends_ms))
            for one in outlets.secrets(session, state.id, now_ms)
        ],
    )


def _placeless(endpoint: UUID) -> Outlet:
    """Made by an op alone, without the call that gives a place and a secret."""
    why = "made without a place in the log; make it by webhook add"
    return Outlet(endpoint=endpoint, position=0, state="suspended", why=why)


def _text(body: Mapping[str, Any], name: str) -> str:
    return mask(body.get(name, ""), Level.L1)


def _at(ms: int | None) -> str | None:
    return None if ms is None else rfc3339(ms)
