"""Tablets at the desk (``/api/v1/devices``): who uses them, enrolling, revoking."""

from typing import Annotated
from uuid import UUID

from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, FromQuery
from msgspec import Meta, Struct
from sqlmodel import Session

from fieldops.flow import enrolment, setup
from fieldops.flow.enrolment import Drawn
from fieldops.flow.paging import LIMIT, Ask, Page, Place, Turn, after, cut
from fieldops.model.access import Person, Role
from fieldops.model.problem import ProblemError, problem
from fieldops.store import devices, owed, people
from fieldops.web.addresses import reached_at
from fieldops.web.bodies import AnyRequest, read_json
from fieldops.web.core import Core
from fieldops.web.desk import core_of, look_up, write
from fieldops.web.documented import documented
from fieldops.web.paging import Cursor, Limit
from fieldops.web.policy import organisation

_OPS = organisation(Role.OPS, Role.ADMINISTRATOR)
Text = Annotated[str, Meta(min_length=1, max_length=200)]
_DEBTORS = 10_000
"""More tablets than a company has (domain.md says 5,000)."""


class NewCode(Struct, frozen=True):
    """A tablet to be: its name and the people granted on it."""

    name: Text
    people: list[UUID]


class Granted(Struct, frozen=True):
    """Whether a person may use a device."""

    granted: bool


class EnrolCode(Struct, frozen=True):
    """A one-time code, until ``expires_ms``; ``link`` is what the QR code says."""

    code: str
    expires_ms: int
    link: str
    drawn: Drawn


class DeviceView(Struct, frozen=True):
    """A tablet in the list; ``owed`` are photos that it announced and has not sent."""

    id: UUID
    name: str
    model: str
    app_version: str
    enrolled_ms: int
    last_seen_ms: int | None
    revoked_ms: int | None
    people: list[UUID]
    owed: int
    owed_bytes: int


@get("/devices", opt={"policy": _OPS}, operation_class=documented(Page[DeviceView]))
async def device_list(
    request: AnyRequest,
    revoked: FromQuery[bool | None] = None,
    cursor: Cursor = "",
    limit: Limit = LIMIT,
) -> Response[bytes]:
    """Tablets, the one enrolled last first, with the people granted on each."""
    ask = Turn(cursor, limit).ask("devices", revoked)
    return await look_up(request, lambda s, _p, _now: _devices(s, revoked, ask))


def _devices(session: Session, revoked: bool | None, ask: Ask) -> Page[DeviceView]:
    place = after(ask, Place)
    behind = None if place is None else (place.at_ms, place.id_bytes())
    found = devices.listed(session, revoked, behind, ask.limit + 1)
    debts = owed.rows(session, "device", owed.Filter(), None, _DEBTORS)
    by_device = {one.key[0]: one.debt for one in debts}
    return cut(
        ask,
        found,
        lambda row: Place(row.enrolled_ms, row.id.hex),
        lambda row: _device(session, row, by_device.get(row.id.bytes, owed.Debt())),
    )


def _device(session: Session, row: devices.DeviceRow, debt: owed.Debt) -> DeviceView:
    return DeviceView(
        row.id,
        row.name,
        row.model,
        row.app_version,
        row.enrolled_ms,
        row.last_seen_ms,
        row.revoked_ms,
        devices.people(session, row.id),
        debt.photos,
        debt.size_bytes,
    )


@post(
    "/devices/codes",
    opt={"policy": _OPS},
    status_code=201,
    operation_class=documented(EnrolCode, 201, takes=NewCode),
)
async def enrol_code(request: AnyRequest) -> Response[bytes]:
    """A one-time enrolment code, good for ten minutes, and a QR code for the tablet's camera."""
    core = core_of(request)
    asked = await read_json(request, NewCode, core.limits)
    minutes = core.settings.enrol_minutes
    base = reached_at(request)

    def job(session: Session, who: Person, now_ms: int) -> EnrolCode:
        code = setup.enrol_code(session, asked.name, asked.people, who.id, now_ms, minutes)
        link = enrolment.link(base, code)
        return EnrolCode(code, now_ms + minutes * 60_000, link, enrolment.draw(link))

    return await write(request, job, 201)


@post(
    "/devices/{device:uuid}/revoke",
    opt={"policy": _OPS},
    status_code=200,
    operation_class=documented(dict[str, bool]),
)
async def revoke_device(request: AnyRequest, device: FromPath[UUID]) -> Response[bytes]:
    """A tablet may not sync any more; every server sees it within a minute."""
    core: Core = core_of(request)

    def job(session: Session, who: Person, now_ms: int) -> dict[str, bool]:
        if not setup.revoke_device(session, device, who.id, now_ms):
            raise ProblemError(problem("not-found"))
        return {"revoked": True}

    answer = await write(request, job)
    core.devices.pop(device, None)
    return answer


@post(
    "/devices/{device:uuid}/people/{user:uuid}",
    opt={"policy": _OPS},
    status_code=200,
    operation_class=documented(Granted, takes=Granted),
)
async def grant_person(
    request: AnyRequest, device: FromPath[UUID], user: FromPath[UUID]
) -> Response[bytes]:
    """Let a person use a tablet, or no more."""
    asked = await read_json(request, Granted, core_of(request).limits)

    def job(session: Session, who: Person, now_ms: int) -> Granted:
        known = devices.get(session, device) and people.people(session, [user])
        if not known:
            raise ProblemError(problem("not-found"))
        setup.grant_person(session, device, user, asked.granted, who.id, now_ms)
        return asked

    return await write(request, job)


HANDLERS: list[HTTPRouteHandler] = [device_list, enrol_code, revoke_device, grant_person]
