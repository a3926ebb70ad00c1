"""A photo to be taken anew: a task on the tablet with the reason, both photos kept, both linked."""

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import msgspec
import pytest
from tests.factories import HOUR_MS, make_op
from tests.flow.following import Walk, walking

from fieldops.flow.enter import enter_desk
from fieldops.flow.follow import KeeperReader
from fieldops.flow.timing import rfc3339
from fieldops.model.record import State
from fieldops.store import records
from fieldops_sync.ids import uuid7


@pytest.fixture
def walk(database_url: str, tmp_path: Path) -> Iterator[Walk]:
    """On SQLite, and on PostgreSQL."""
    with walking(database_url, tmp_path) as begun:
        begun.start()
        yield begun


def attach(walk: Walk, number: int, **given: str) -> UUID:
    photo = uuid7()
    subject = {"kind": "photo", "id": str(photo)}
    given = {"inspection": str(walk.id), "sha256": f"{number:064x}", "item": "floor", **given}
    walk.push("photo.attach@1", subject=subject, **given)
    return photo


def decide(walk: Walk, photo: UUID, verdict: str | None, note: str = "blurred") -> None:
    state = walk.get(photo)
    assert state is not None
    who, now_ms = walk.company.supervisor, walk.server.clock()
    given = {"subject": {"kind": "photo", "id": str(photo)}, "base": [str(state.change)]}
    payload = {"verdict": verdict, "note": note}
    op = make_op("review.decide@1", walk.company.site, who, payload=payload, **given)
    done = walk.server.do(lambda s: enter_desk(s, [msgspec.json.encode(op)], who, now_ms))
    assert done.receipts[0].status == "applied", done.receipts


def tasks(walk: Walk) -> list[State]:
    walk.follow(KeeperReader())
    found = walk.server.look(lambda s: records.children(s, walk.company.site, walk.id))
    return [one for one in found if one.kind == "task"]


def test_the_tablet_is_told_why_and_the_new_photo_ends_it(walk: Walk) -> None:
    old = attach(walk, 1)
    assert tasks(walk) == []
    decide(walk, old, "retake")
    (task,) = tasks(walk)
    assert task.state == "open"
    body = task.body
    assert (body["photo"], body["reason"], body["item"]) == (str(old), "blurred", "floor")
    assert body["owner"] == str(walk.company.inspector)
    due = walk.server.clock() + 24 * HOUR_MS
    assert body["deadline"] == rfc3339(due).replace(".000", "")
    changes, _ = walk.tablet.pull_all()
    told = [one["body"]["reason"] for one in changes if one["kind"] == "task"]
    assert told == ["blurred"]
    other = attach(walk, 2)
    assert [one.state for one in tasks(walk)] == ["open"]
    new = attach(walk, 3, retakes=str(old))
    (task,) = tasks(walk)
    assert (task.state, task.body["retaken"]) == ("done", str(new))
    kept = [walk.get(photo) for photo in (old, other, new)]
    assert [one.state for one in kept if one] == ["awaiting"] * 3
    again = attach(walk, 4, retakes=str(old))
    assert tasks(walk) == [task], again


def test_a_photo_that_is_decided_otherwise_is_wanted_no_more(walk: Walk) -> None:
    first, second, third = (attach(walk, number) for number in (1, 2, 3))
    for photo in (first, second, third):
        decide(walk, photo, "retake")
        decide(walk, photo, "retake", "still blurred")
    assert [one.state for one in tasks(walk)] == ["open"] * 3
    decide(walk, first, "approved")
    walk.void("photo", second)
    found = {one.body["photo"]: one.state for one in tasks(walk)}
    assert found == {str(first): "dropped", str(second): "dropped", str(third): "open"}
    decide(walk, first, "retake")
    assert sorted(one.state for one in tasks(walk)) == ["dropped", "dropped", "open", "open"]
    walk.replay(KeeperReader.name)
    assert sorted(one.state for one in tasks(walk)) == ["dropped", "dropped", "open", "open"]


def test_a_decision_that_is_taken_back_leaves_nothing_to_do(walk: Walk) -> None:
    photo = attach(walk, 1)
    decide(walk, photo, "retake")
    assert [one.state for one in tasks(walk)] == ["open"]
    decide(walk, photo, None, "")
    assert [one.state for one in tasks(walk)] == ["dropped"]
    state = walk.get(photo)
    assert state is not None
    assert state.body["verdict"] is None
