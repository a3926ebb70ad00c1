"""People and devices: tables without a log, dated by the roster (``store.roster``)."""

from collections.abc import Iterator

import msgspec
from sqlmodel import Session

from fieldops.export.source import Cells, column, dataset, person
from fieldops.export.text import id_text, instant_text
from fieldops.export.wanted import Wanted
from fieldops.model.dataset import ChangeKind
from fieldops.store import roster
from fieldops.store.roster import DeviceEntry, UserEntry

PEOPLE = dataset(
    "people", "人员", "People",
    person("id", "人员标识", "Person id"),
    column("login", "string", "登录名", "Login", level=2),
    column("name", "string", "姓名", "Name", level=2),
    column("staff_number", "string", "工号", "Staff number", level=2),
    column("team", "string", "班组", "Team"),
    column("post", "string", "岗位", "Post"),
    column("state", "string", "状态", "State"),
)  # fmt: skip

DEVICES = dataset(
    "devices", "设备", "Devices",
    column("id", "uuid", "设备标识", "Device id", level=2, keyed=True),
    column("name", "string", "名称", "Name", level=2),
    column("model", "string", "型号", "Model"),
    column("app_version", "string", "应用版本", "Version of the app"),
    column("enrolled_at", "datetime", "注册时间", "Enrolled at"),
    column("state", "string", "状态", "State"),
)  # fmt: skip

_user = msgspec.json.Decoder(UserEntry).decode
_device = msgspec.json.Decoder(DeviceEntry).decode


def people(session: Session, wanted: Wanted) -> Iterator[Cells]:
    """Everybody whose account has changed."""
    for entry in _between(session, "user", wanted):
        found = _user(entry.body)
        state = "active" if found.disabled_ms is None else "disabled"
        yield (
            _change(entry, wanted), entry.position, id_text(entry.subject), found.login, found.name,
            found.staff_number or None, found.team or None, found.post or None, state,
        )  # fmt: skip


def devices(session: Session, wanted: Wanted) -> Iterator[Cells]:
    """Every tablet that was enrolled or revoked."""
    for entry in _between(session, "device", wanted):
        found = _device(entry.body)
        state = "active" if found.revoked_ms is None else "revoked"
        yield (
            _change(entry, wanted), entry.position, id_text(entry.subject), found.name or None,
            found.model or None, found.app_version or None, instant_text(found.enrolled_ms), state,
        )  # fmt: skip


def _between(session: Session, kind: roster.Kind, wanted: Wanted) -> list[roster.Entry]:
    """A backfill is about what happened on some days, and brings none of these."""
    if wanted.kind == "backfill":
        return []
    return roster.between(session, kind, wanted.after, wanted.until)


def _change(entry: roster.Entry, wanted: Wanted) -> ChangeKind:
    return "added" if entry.first or wanted.kind == "full" else "changed"
