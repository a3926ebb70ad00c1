"""The demo's walk as it is recorded on a tablet, offline: results, photos, feedback, a hand-over.

Nothing here touches the network: everything goes into the tablet's outbox, as an app does it.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace

from fieldops.cli.demo_camera import Picture, Shot
from fieldops.cli.demo_company import Staff
from fieldops.cli.demo_sheet import Entry, Slot
from fieldops_sync import Outbox
from fieldops_sync.ids import result_id, uuid7
from fieldops_sync.payloads import (
    Contact,
    FeedbackRecord,
    InspectionStart,
    InspectionSubmit,
    PhotoAttach,
    Rating,
    RecordVoid,
    ResultRecord,
    SuggestionMake,
)
from fieldops_sync.times import claimed_now
from fieldops_sync.wire import Claimed, Subject

TIMEZONE = ZoneInfo("Asia/Shanghai")
Dimension = Literal["tangibles", "reliability", "responsiveness", "assurance", "empathy"]
"""SERVQUAL's five (Parasuraman et al., 1988)."""

BAD_RATING = {
    "nature": "rating",
    "ratings": {"responsiveness": {"perceived": 9}},
    "text": "电梯维修响应很快 / lift was repaired quickly",
}
"""What an old app version sends: a rating on a scale of ten.  The wire's scale ends at 5, so the
server quarantines it, and the supervisor repairs it."""
MENDED_RATING = {**BAD_RATING, "ratings": {"responsiveness": {"perceived": 5}}}

RATINGS: tuple[dict[Dimension, int], ...] = (
    {"tangibles": 4, "reliability": 5, "responsiveness": 4, "assurance": 5, "empathy": 5},
    {"tangibles": 5, "reliability": 4, "responsiveness": 3, "assurance": 4, "empathy": 4},
)


class Plan(Struct, frozen=True):
    """Where the walk takes place and by which checklist (its SHA-256)."""

    inspection: UUID
    site: UUID
    area: UUID
    definition: str


class Evidence(Struct, frozen=True):
    """A picture of the camera, with what it shows."""

    picture: Picture
    slot: Slot
    shot: Shot


def clock() -> Claimed:
    """This machine's clock as a tablet in China claims it."""
    here = datetime.now(TIMEZONE).isoformat(timespec="milliseconds")
    return replace(claimed_now(), wall=here)


def sign_in(outbox: Outbox, person: Staff) -> None:
    """Hand the tablet to somebody, who signs in by PIN, offline."""
    outbox.sign_out()
    outbox.sign_in(person.id, person.pin)


def start(outbox: Outbox, plan: Plan) -> None:
    """Begin the walk."""
    outbox.record(
        "inspection.start@1",
        Subject("inspection", plan.inspection),
        plan.site,
        InspectionStart(area=plan.area),
        definition=plan.definition,
    )


def answer(
    outbox: Outbox, plan: Plan, entries: Iterable[Entry], evidence: Sequence[Evidence] = ()
) -> int:
    """Record answers, each with its photos; returns how many photos were captured."""
    captured = 0
    for entry in entries:
        mine = [one for one in evidence if one.slot == entry.slot]
        for one in mine:
            _attach(outbox, plan, one)
        captured += len(mine)
        _record(outbox, plan, entry, [one.picture.sha256 for one in mine])
    return captured


def _record(outbox: Outbox, plan: Plan, entry: Entry, photos: list[str]) -> None:
    payload = ResultRecord(
        inspection=plan.inspection, item=entry.item, repeat=entry.repeat, value=entry.value
    )
    if entry.note:
        payload = replace(payload, note=entry.note)
    if photos:
        payload = replace(payload, photos=photos)
    subject = Subject("result", result_id(plan.inspection, entry.item, entry.repeat))
    outbox.record(
        "result.record@1", subject, plan.site, payload, definition=plan.definition, media=photos
    )


def _attach(outbox: Outbox, plan: Plan, one: Evidence) -> None:
    sha256 = outbox.capture(one.picture.path, one.picture.mime, plan.site)
    payload = PhotoAttach(
        inspection=plan.inspection,
        sha256=sha256,
        size_bytes=one.picture.size_bytes,
        mime=one.picture.mime,
        item=one.slot[0],
        repeat=one.slot[1],
        caption=one.shot.caption,
        taken=replace(claimed_now(), wall=one.shot.taken.isoformat(timespec="seconds")),
        latitude=str(one.shot.latitude),
        longitude=str(one.shot.longitude),
        accuracy_m="6.5",
        counter=one.shot.number,
    )
    outbox.record("photo.attach@1", Subject("photo", uuid7()), plan.site, payload, media=[sha256])


def hear_residents(outbox: Outbox, plan: Plan) -> int:
    """Record what people in the lobby say, one of it twice by mistake; returns how many stand."""
    for ratings in RATINGS:
        rated = {name: Rating(perceived=points) for name, points in ratings.items()}
        _feedback(outbox, plan, FeedbackRecord(nature="rating", ratings=rated))
    complaint = FeedbackRecord(
        nature="complaint",
        tier="larger",
        text="6 号梯平层有高差，推车过不去 / lift 6 stops above the floor, trolleys get stuck",
        contact=Contact(name="刘女士", phone="13800138000", unit="A-1203"),
        consent="口头同意 / verbal",
    )
    _feedback(outbox, plan, complaint)
    twice = _feedback(outbox, plan, complaint)
    reason = RecordVoid(reason="误录两次 / recorded twice by mistake")
    outbox.record("record.void@1", Subject("feedback", twice), plan.site, reason)
    return len(RATINGS) + 1


def _feedback(outbox: Outbox, plan: Plan, payload: FeedbackRecord) -> UUID:
    feedback = uuid7()
    whole = replace(payload, inspection=plan.inspection)
    outbox.record("feedback.record@1", Subject("feedback", feedback), plan.site, whole)
    return feedback


def record_bad_rating(outbox: Outbox, plan: Plan) -> UUID:
    """Record what an old app version would: an op that the server cannot apply."""
    payload = {**BAD_RATING, "inspection": str(plan.inspection)}
    return outbox.record("feedback.record@1", Subject("feedback", uuid7()), plan.site, payload)


def suggest(outbox: Outbox, plan: Plan) -> None:
    """Propose a change to an item of the standard."""
    payload = SuggestionMake(
        inspection=plan.inspection,
        item="lift_levelling",
        text="建议按首层、中间层、顶层各量一次 / measure at the first, middle and top floor",
    )
    outbox.record("suggestion.make@1", Subject("suggestion", uuid7()), plan.site, payload)


def submit(outbox: Outbox, plan: Plan, results: int, photos: int, feedback: int) -> None:
    """The walk is over; the counts let the server say what is still on its way."""
    payload = InspectionSubmit(results=results, photos=photos, feedback=feedback)
    outbox.record("inspection.submit@1", Subject("inspection", plan.inspection), plan.site, payload)
