"""What a hold protects is deleted by nothing; what was kept long enough goes, and is said to."""

import ast
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlmodel import Session
from tests.flow.caring import collector, later, put_blob, state, store, write
from tests.flow.uploading import House, picture
from tests.property.invariants import ledger_faults

from fieldops.flow import enter, holds, setup
from fieldops.flow.carework import Condemn
from fieldops.flow.paging import Turn
from fieldops.flow.remove import remove_condemned
from fieldops.flow.retire import Retired, Retirer
from fieldops.model.access import Grant, Person, Role
from fieldops.model.problem import ProblemError, slug_of
from fieldops.store import debts, people
from fieldops.store.holds import Kind
from fieldops_sync.ids import result_id

SRC = Path(__file__).parents[2] / "src" / "fieldops"


def person(house: House, role: Role, site: UUID | None = None) -> Person:
    def job(session: Session) -> Person:
        user = setup.add_user(session, f"p-{uuid4().hex}", "某人", setup.SYSTEM, 0)
        sites = frozenset({site or house.site})
        setup.add_grant(session, user, Grant(role, sites), setup.SYSTEM, 0)
        return people.people(session, [user])[user]

    return house.do(job)


def close(house: House, photo: UUID, as_state: str = "sealed") -> UUID:
    """The photo's inspection is over."""
    walk = house.photo(photo).parent
    statement = text("UPDATE record SET state = :state WHERE id = :id")
    bound = {"state": as_state, "id": walk.bytes}
    house.do(lambda s: s.execute(statement, bound) and None)
    return walk


def retirer(house: House, days: int = 1095) -> Retirer:
    return Retirer(house.store, house.blobs, write(house), days)


def refusal(house: House, who: Person, kind: Kind, subject: UUID, reason: str = "案件 7") -> str:
    with pytest.raises(ProblemError) as caught:
        house.do(lambda s: holds.place(s, who, kind, subject, reason, house.clock()))
    return slug_of(caught.value.problem)


def test_photos_of_a_closed_inspection_go_after_their_time(house: House):
    digest = store(house, data := picture(500))
    photo = house.attach(digest)
    close(house, photo)
    assert retirer(house).run(later(house, 1000)) == Retired(0)
    assert retirer(house).run(later(house, 100)) == Retired(1)
    assert not house.stored(data)
    told = house.photo(photo)
    assert told.state == "removed"
    assert told.body["removed"] == {"sha256": digest, "reason": "kept for 1095 days"}
    assert state(house, digest) == "gone"
    assert len(house.audited("media.retire")) == 1
    assert retirer(house).run(later(house, 1)) == Retired(0)


def test_photos_of_an_open_inspection_stay(house: House):
    photo = house.attach(store(house, data := picture(500)))
    close(house, photo, "submitted")
    assert retirer(house).run(later(house, 5000)) == Retired(0)
    assert house.stored(data)


def test_bytes_that_an_open_inspection_shares_stay(house: House):
    digest = store(house, data := picture(500))
    close(house, house.attach(digest))
    house.attach(digest)
    assert list(retirer(house).due(later(house, 5000))) == []
    assert retirer(house).run(later(house, 1)) == Retired(0)
    assert house.stored(data)


def test_bytes_that_come_again_are_stored_again(house: House):
    digest = store(house, data := picture(500))
    photo = house.attach(digest)
    close(house, photo)
    retirer(house).run(later(house, 1100))
    store(house, data)
    again = house.photo(photo)
    assert (again.state, again.body["removed"]) == ("stored", None)
    assert list(retirer(house).due(house.clock())) == []


def test_what_only_a_result_names_is_owed_no_more_when_it_goes(house: House):
    """No record can say so, but the ledger does: the tablet is not asked for it again."""
    digest, walk = store(house, picture(500)), uuid4()
    subject = ("result", result_id(walk, "floor"))
    payload = {"inspection": str(walk), "item": "floor", "outcome": "pass", "photos": [digest]}
    raw = enter.desk_op("result.record@1", subject, house.site, house.user, payload, 0)
    done = house.do(lambda s: enter.enter_desk(s, [raw], house.user, house.clock()))
    assert done.receipts[0].status == "applied"
    assert house.look(ledger_faults) == []
    house.do(lambda s: s.execute(text("UPDATE record SET state = 'sealed' WHERE id = :i"),
                                 {"i": walk.bytes}) and None)  # fmt: skip
    assert retirer(house).run(later(house, 1100)) == Retired(1)
    key = bytes.fromhex(digest)
    house.do(lambda s: debts.owe_again(s, key))
    assert house.look(lambda s: debts.missing(s, walk)) == []
    assert house.look(ledger_faults) == []


@pytest.mark.parametrize("kind", ["site", "inspection", "photo"])
def test_a_held_photo_is_deleted_by_nothing(house: House, kind: Kind):
    digest = store(house, data := picture(500))
    photo = house.attach(digest)
    walk = close(house, photo)
    subject = {"site": house.site, "inspection": walk, "photo": photo}[kind]
    if kind == "inspection":
        house.do(lambda s: s.execute(text("UPDATE record SET kind = 'inspection' WHERE id = :i"),
                                     {"i": walk.bytes}) and None)  # fmt: skip
    auditor = person(house, Role.AUDITOR)
    placed = house.do(lambda s: holds.place(s, auditor, kind, subject, "案件 7", house.clock()))
    assert (placed.photos, placed.absent) == (1, 0)
    now_ms = later(house, 5000)
    assert list(retirer(house).due(now_ms)) == []
    assert retirer(house).run(now_ms) == Retired(0)
    assert collector(house).run(now_ms).orphans == 0
    # Even were its bytes given over by a fault of ours, they would not be deleted.
    house.do(lambda s: s.execute(text("UPDATE media SET state = 'condemned'")) and None)
    done = remove_condemned(house.store, house.blobs, lambda _deleted, _kept: None, lambda: None)
    assert (done.count, done.waiting) == (0, 1)
    assert house.stored(data)
    house.do(lambda s: s.execute(text("UPDATE media SET state = 'stored'")) and None)
    row = house.do(lambda s: holds.release(s, auditor, placed.hold.id, now_ms))
    assert row.released_by == auditor.id
    assert house.do(lambda s: holds.release(s, auditor, row.id, now_ms + 1)) == row
    assert retirer(house).run(now_ms) == Retired(1)
    assert [one.action for one in house.audited("hold.")] == ["hold.release", "hold.place"]


def test_bytes_that_a_held_photo_shares_with_another_stay(house: House):
    digest = store(house, data := picture(500))
    first, second = house.attach(digest), house.attach(digest)
    close(house, first)
    close(house, second)
    auditor = person(house, Role.AUDITOR)
    house.do(lambda s: holds.place(s, auditor, "photo", first, "x", house.clock()))
    assert retirer(house).run(later(house, 5000)) == Retired(0)
    assert house.stored(data)


def test_a_hold_waits_for_bytes_that_are_being_deleted(house: House):
    """Who is told that a hold stands never sees its photos deleted afterwards."""
    digest = store(house, picture(500))
    auditor = person(house, Role.AUDITOR)
    write(house)(Condemn([digest], later(house, 40)))
    photo = house.attach(digest)
    assert refusal(house, auditor, "photo", photo) == "too-busy"
    collector(house).run(house.clock())
    placed = house.do(lambda s: holds.place(s, auditor, "photo", photo, "x", house.clock()))
    assert (placed.photos, placed.absent) == (0, 1)


def test_who_may_hold_and_release(house: House):
    photo = house.attach(store(house, picture(500)))
    supervisor = person(house, Role.SUPERVISOR)
    placed = house.do(lambda s: holds.place(s, supervisor, "photo", photo, "x", house.clock()))
    with pytest.raises(ProblemError):
        house.do(lambda s: holds.release(s, supervisor, placed.hold.id, 1))
    with pytest.raises(ProblemError):
        house.do(lambda s: holds.release(s, supervisor, uuid4(), 1))
    stranger = person(house, Role.AUDITOR, uuid4())
    assert refusal(house, stranger, "photo", photo) == "not-found"
    assert refusal(house, supervisor, "site", photo) == "not-found"
    assert refusal(house, supervisor, "photo", uuid4()) == "not-found"
    assert refusal(house, supervisor, "photo", photo, " ") == "validation"
    listed = house.look(lambda s: holds.listing(s, supervisor, False, Turn(), house.clock()))
    assert listed.items == [placed]
    others = house.look(lambda s: holds.listing(s, stranger, True, Turn(), house.clock()))
    assert others.items == []


def test_derivatives_go_with_their_original_and_not_before(house: House):
    digest = store(house, picture(500))
    photo = house.attach(digest)
    thumb, view = put_blob(house, b"small" * 9), put_blob(house, b"large" * 9)
    statement = text(
        "INSERT INTO picture (sha256, facts, thumb, thumb_bytes, view, view_bytes, looked_ms)"
        " VALUES (:s, :f, :t, 45, :v, 45, 0)"
    )
    bound = {
        "s": bytes.fromhex(digest),
        "f": b"{}",
        "t": bytes.fromhex(thumb),
        "v": bytes.fromhex(view),
    }
    house.do(lambda s: s.execute(statement, bound) and None)
    collector(house).run(house.clock())
    assert collector(house).run(later(house, 400)).orphans == 0
    close(house, photo)
    assert retirer(house).run(later(house, 1000)) == Retired(1)
    assert collector(house).run(house.clock()).orphans == 2
    assert [one.sha256 for one in house.blobs.list()] == []
    rows = house.look(lambda s: s.execute(text("SELECT thumb, view FROM picture")).all())
    assert [tuple(row) for row in rows] == [(None, None)]


def test_only_one_place_deletes_bytes():
    """Every call of a ``delete`` on anything that is called blobs, in the whole of the product."""
    callers = set()
    for path in SRC.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and node.attr == "delete":
                owner = ast.unparse(node.value)
                if "blob" in owner.lower() or owner.endswith(("store", "direct")):
                    callers.add(path.relative_to(SRC).as_posix())
    assert callers == {"flow/remove.py"}


def test_only_two_statements_condemn():
    found = {
        path.relative_to(SRC).as_posix()
        for path in SRC.rglob("*.py")
        if "state = 'condemned'," in path.read_text(encoding="utf-8")
    }
    assert found == {"store/orphans.py", "store/kept.py"}
