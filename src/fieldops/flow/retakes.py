"""A photo that is to be taken anew becomes a task on the tablet, and the new photo ends it.

    review.decide: retake ─→ task.open, with the reason ─ pulled by the tablets of the site
    photo.attach that names the old one in ``retakes`` ─→ task.done   both photos are kept
    the photo is decided otherwise, or voided ─→ task.drop

The keeper makes these ops when it reads the log; one photo has one open task at most.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import uuid5

from sqlmodel import Session

from fieldops.flow.clock import wall_ms
from fieldops.flow.enter import server_op
from fieldops.flow.page import Page
from fieldops.flow.terms import terms_of
from fieldops.model.inspection import LogChange
from fieldops.model.record import State
from fieldops.rules.deadlines import rfc3339
from fieldops.rules.workingtime import due_after
from fieldops.store import records

_DECIDED = frozenset({"review.decide@1", "record.void@1"})


def task_ops(session: Session, page: Page, actor: str) -> list[bytes]:
    """The ops about tasks that follow from a page."""
    ops: list[bytes] = []
    for change in _decided(page):
        photo = records.get(session, [change.subject])[change.subject]
        ops += _after_decision(session, photo, change, actor)
    for group in page.groups.values():
        for task in records.open_tasks(session, group.feed, group.inspection):
            ops += _after_photos(session, task, actor)
    return ops


def _decided(page: Page) -> list[LogChange]:
    """The last decision on each photo of the page."""
    photos = [one for one in page.changes if one.kind == "photo" and one.type in _DECIDED]
    return list({one.subject: one for one in photos}.values())


def _after_decision(
    session: Session, photo: State, change: LogChange, actor: str
) -> Iterator[bytes]:
    tasks = [
        one
        for one in records.open_tasks(session, photo.feed, photo.parent)
        if one.body["photo"] == str(photo.id)
    ]
    wanted = photo.body.get("verdict") == "retake" and photo.state != "voided"
    if wanted and not tasks:
        yield _opening(session, photo, change, actor)
    for task in () if wanted else tasks:
        yield server_op(
            "task.drop@1", ("task", task.id), task.feed, actor, {"cause": str(change.op)}
        )


def _opening(session: Session, photo: State, change: LogChange, actor: str) -> bytes:
    walk = records.get_one(session, photo.parent)
    terms = terms_of(session, photo.feed)
    decided_ms = wall_ms(change.at) or 0
    decided = datetime.fromtimestamp(decided_ms / 1000, UTC)
    due = due_after(decided, terms.policy.retake_hours, terms.calendar)
    assert due is not None, "nothing is paused"
    body = photo.body
    payload = {
        "task": "retake",
        "photo": str(photo.id),
        "inspection": str(photo.parent),
        "owner": walk.body.get("owner") if walk is not None else None,
        "reason": body.get("review_note") or "",
        "deadline": rfc3339(due),
        "cause": str(change.op),
        **{name: body[name] for name in ("item", "repeat") if body.get(name)},
    }
    subject = ("task", uuid5(photo.id, f"retake\x1f{change.op}"))
    return server_op("task.open@1", subject, photo.feed, actor, payload, at_ms=decided_ms)


def _after_photos(session: Session, task: State, actor: str) -> Iterator[bytes]:
    for photo in records.photos(session, task.feed, task.parent):
        if photo.body.get("retakes") == task.body["photo"] and photo.state != "voided":
            done = {"photo": str(photo.id)}
            yield server_op("task.done@1", ("task", task.id), task.feed, actor, done)
            return
