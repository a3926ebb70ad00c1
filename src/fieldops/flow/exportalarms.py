"""What is amiss with exports: told by ``/readyz``, the doctor, a letter to the office and events.

late         a night whose run has not arrived after ``late_hours``
failing      a run that has failed for an hour
unreconciled a run whose totals do not reconcile
unanswered   a run that head office has not acknowledged after ``ack_hours``
refused      an acknowledgment that names another manifest
"""

from collections.abc import Iterator
from typing import Literal

from msgspec import Struct
from sqlmodel import Session

from fieldops.destinations import Destination
from fieldops.flow.checks import Check, amiss, both, ok
from fieldops.flow.plugins import Still
from fieldops.flow.timing import rfc3339
from fieldops.model.answertypes import Titles
from fieldops.rules.exportschedule import Night, latest
from fieldops.rules.zones import zone
from fieldops.settings import Settings
from fieldops.store import exports
from fieldops.store.exports import Run

_HOUR_MS = 3_600_000
FAILING_HOURS = 1
UNRECONCILED = "totals do not reconcile"
"""What the reason of a run begins with whose manifest does not add up."""


WORDS: dict[str, Titles] = {
    "late": {"zh-CN": "这一夜的导出未按时送达", "en": "late"},
    "failing": {"zh-CN": "导出失败已超过一小时", "en": "failing for an hour and more"},
    "unreconciled": {"zh-CN": "合计对不上，未送出", "en": "held back"},
    "unanswered": {"zh-CN": "总部尚未确认收到", "en": "head office is silent"},
    "refused": {"zh-CN": "总部确认的不是这一份清单", "en": "refused"},
}
"""What is amiss, in few words; why stands beside it."""


class Alarm(Struct, frozen=True):
    """``what`` is amiss at a destination with which ``run`` (or night); ``why`` for people.

    ``about`` stays the same as long as the alarm does: the night of a late run, else the run.
    """

    destination: str
    what: Literal["late", "failing", "unreconciled", "unanswered", "refused"]
    run: str
    why: str
    night: str = ""

    @property
    def about(self) -> str:
        """The night or the run that the alarm is about."""
        return self.night or self.run


def alarms(session: Session, settings: Settings, now_ms: int) -> Iterator[Alarm]:
    """Everything that is amiss now, by destination."""
    for given in settings.export.destinations:
        yield from _late(session, settings, given, now_ms)
        yield from _failing(session, given, now_ms)
        yield from _unanswered(session, given, now_ms)


def standing_still(session: Session, settings: Settings, now_ms: int) -> Iterator[Still]:
    """What ``/readyz`` names: the server goes on without them."""
    for one in alarms(session, settings, now_ms):
        yield Still("export", one.destination, f"{one.run}: {one.why}")


def examine(session: Session, settings: Settings, now_ms: int) -> Iterator[Check]:
    """One line for each destination with something amiss, or one for all."""
    found = list(alarms(session, settings, now_ms))
    for one in found:
        said = WORDS[one.what]
        yield amiss(
            f"export {one.destination}", "warn",
            both(f"{one.run}：{said['zh-CN']}（{one.why}）", f"{one.run}: {said['en']}: {one.why}"),
            f"运行 fieldops export list --destination {one.destination} 查看；"
            "修复后会自动重试。",
            f"See fieldops export list --destination {one.destination}; it is tried again by"
            " itself.",
        )  # fmt: skip
    if not found:
        count = len(settings.export.destinations)
        yield ok("exports", both(f"{count} 个目的地", f"{count} destinations"))


def _late(session: Session, settings: Settings, given: Destination, now_ms: int) -> Iterator[Alarm]:
    """The last night that is ``late_hours`` old, if nothing has arrived since it began."""
    place = exports.place(session, given.name)
    if place is None or not given.schedule:
        return
    by_ms = now_ms - settings.export.late_hours * _HOUR_MS
    night = latest(given.schedule, zone(settings.timezone), by_ms)
    if night is None or night.at_ms < place.since_ms:
        return
    arrived = exports.newest_ready(session, given.name)
    # The next night that begins ends nothing, a later run that has arrived does; but not one that
    # a clock has dated which ran ahead.
    if arrived is None or not night.at_ms <= arrived.made_ms <= now_ms:
        yield from _absent(session, given, night)


def _absent(session: Session, given: Destination, night: Night) -> Iterator[Alarm]:
    run = exports.of_night(session, given.name, night.day)
    if run is None:
        why = "no run was made: does the worker run?"
        yield Alarm(given.name, "late", night.day, why, night.day)
    elif run.verified_ms is None:
        why = run.why or f"is still at {run.step!r}"
        yield Alarm(given.name, "late", run.name, why, night.day)


def _failing(session: Session, given: Destination, now_ms: int) -> Iterator[Alarm]:
    for run in exports.open_runs(session, given.name):
        since_ms = run.failing_ms
        is_long = since_ms is not None and now_ms - since_ms >= FAILING_HOURS * _HOUR_MS
        if run.why.startswith(UNRECONCILED):
            yield Alarm(given.name, "unreconciled", run.name, run.why)
        elif is_long:
            yield Alarm(given.name, "failing", run.name, run.why)


def _unanswered(session: Session, given: Destination, now_ms: int) -> Iterator[Alarm]:
    """Head office is silent since the oldest run that waits; the newest covers what it refused."""
    waiting = _waiting(session, given)
    said = exports.acks(session, waiting[-1].id) if waiting else ()
    if said and not said[-1].taken:
        why = "acknowledged by another manifest"
        yield Alarm(given.name, "refused", waiting[-1].name, why)
    for run in waiting[:1]:
        since_ms = run.verified_ms or now_ms
        if now_ms - since_ms >= given.ack_hours * _HOUR_MS:
            why = f"not acknowledged since {rfc3339(since_ms)}"
            yield Alarm(given.name, "unanswered", run.name, why)


def _waiting(session: Session, given: Destination) -> list[Run]:
    """The runs that wait for head office's word, oldest first: an accepted one covers others."""
    place = exports.place(session, given.name)
    return [
        run
        for run in exports.awaited(session, given.name)
        if place is None
        or run.kind == "backfill"
        or run.until > place.watermark
        or (run.epoch, run.pseudonym) != (place.epoch, place.pseudonym)
    ]
