"""A picture of a site's ground or floor, and where it is: what photos and findings are put on.

    picture as sent ─ jailed process ─→ JPEG without metadata ─ edges (WGS 84) ─→ one row a site

North is up, and a site is small: a point's place on the picture is linear in its degrees.
"""

import hashlib
import io
from collections.abc import Callable
from typing import BinaryIO
from uuid import UUID

from msgspec import Struct
from sqlmodel import Session

from fieldops.flow import look
from fieldops.flow.audience import Audience
from fieldops.model.access import Person
from fieldops.model.problem import ProblemError, problem
from fieldops.model.said import Said, at
from fieldops.pictures.messages import Looked
from fieldops.rules.access import OP_ROLES, may
from fieldops.store import audit, maps
from fieldops.store.maps import Edges

MIME = "image/jpeg"
SPAN_MAX = 1.0
"""Degrees from edge to edge: what is larger is no site."""
LookAt = Callable[[BinaryIO, int], Looked]


class MapView(Struct, frozen=True, kw_only=True):
    """A site's map; ``picture`` is its address, by which it never changes."""

    site: UUID
    sha256: str
    picture: str
    edges: Edges
    set_ms: int


class Drawn(Struct, frozen=True):
    """A picture that can be shown."""

    sha256: bytes
    picture: bytes


def draw(look_at: LookAt, picture: bytes) -> Drawn:
    """Make the picture that is shown.  Raises ``ProblemError`` validation saying what it is."""
    found = look_at(io.BytesIO(picture), len(picture))
    if not found.view:
        reason = found.picture.facts.reason
        why = Said(
            f"图片无法读取（{reason}）；请使用 JPEG 或 PNG",
            f"it cannot be read ({reason}); send a JPEG or PNG",
        )
        raise ProblemError(problem("validation", at("picture", why)))
    return Drawn(hashlib.sha256(found.view).digest(), found.view)


def check(edges: Edges) -> None:
    """Raises ``ProblemError`` validation for edges that enclose no site."""
    is_right = (
        -180 <= edges.west < edges.east <= 180
        and -90 <= edges.south < edges.north <= 90
        and max(edges.east - edges.west, edges.north - edges.south) <= SPAN_MAX
    )
    if not is_right:
        why = Said(
            f"须西 < 东、南 < 北，以度为单位，相差不超过 {SPAN_MAX:g}",
            f"west < east, south < north, in degrees, {SPAN_MAX:g} apart at most",
        )
        raise ProblemError(problem("validation", at("edges", why)))


def set_map(
    session: Session, person: Person, site: UUID, drawn: Drawn, edges: Edges, now_ms: int
) -> MapView:
    """Set a site's map.  Raises ``ProblemError`` not-found, forbidden."""
    _must_set_up(session, person, site, now_ms)
    maps.put(session, site, drawn.sha256, drawn.picture, edges, now_ms)
    detail = {"sha256": drawn.sha256.hex()}
    audit.add(session, audit.Entry("site.map", now_ms, person.id, subject=site, detail=detail))
    made = _view(session, site)
    assert made is not None, "it was set just now"
    return made


def drop(session: Session, person: Person, site: UUID, now_ms: int) -> bool:
    """Take a site's map away.  Raises ``ProblemError`` not-found, forbidden."""
    _must_set_up(session, person, site, now_ms)
    if not maps.drop(session, site):
        raise ProblemError(problem("not-found"))
    audit.add(session, audit.Entry("site.map", now_ms, person.id, subject=site))
    return True


def one(who: Audience, site: UUID) -> MapView | None:
    """The map of a site, None without one.  Raises ``ProblemError`` not-found."""
    look.visible(who.session, who.person, site, who.now_ms)
    return _view(who.session, site)


def picture(who: Audience, site: UUID, sha256: str) -> bytes:
    """The picture of a map.  Raises ``ProblemError`` not-found."""
    look.visible(who.session, who.person, site, who.now_ms)
    found = maps.picture(who.session, site, sha256)
    if found is None:
        raise ProblemError(problem("not-found"))
    return found


def _must_set_up(session: Session, person: Person, site: UUID, now_ms: int) -> None:
    if look.visible(session, person, site, now_ms).kind != "site":
        raise ProblemError(problem("not-found"))
    if not may(person, OP_ROLES["site.set@1"], site, now_ms):
        raise ProblemError(problem("forbidden"))


def _view(session: Session, site: UUID) -> MapView | None:
    row = maps.get(session, site)
    if row is None:
        return None
    return MapView(
        site=site,
        sha256=row.sha256,
        picture=f"/api/v1/sites/{site}/map/{row.sha256}",
        edges=row.edges,
        set_ms=row.set_ms,
    )
