from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import msgspec
import pytest
from tests.sync.factories import (
    COLLEAGUE,
    INSPECTION,
    INSPECTOR,
    SITE,
    answer_item,
    change,
    custody,
    enrolled_outbox,
    page,
    pushed,
)

from fieldops_sync.outbox import Outbox
from fieldops_sync.wire import Seen


@pytest.fixture
def outbox(tmp_path: Path):
    with enrolled_outbox(tmp_path) as opened:
        yield opened


def test_a_page_and_its_cursor_are_applied_together(outbox: Outbox) -> None:
    assert outbox.pull_request().cursor is None
    seen = Seen(7, uuid4())
    outbox.apply_page(page([change(body={"a": "甲"})], "c7", seen=seen))
    assert outbox.pull_request().cursor == "c7"
    assert outbox.pull_request().seen == outbox.seen == seen
    found = outbox.find("finding", INSPECTION)
    assert found is not None
    assert msgspec.json.decode(found.body) == {"a": "甲"}
    assert outbox.records("finding") == outbox.records("finding", SITE) == [found]
    assert outbox.records("finding", uuid4()) == []
    assert outbox.find("finding", uuid4()) is None


def test_a_page_that_cannot_be_applied_leaves_no_trace(outbox: Outbox) -> None:
    outbox.apply_page(page(cursor="c1"))
    broken = change("person", body={"name": 5})
    with pytest.raises(msgspec.ValidationError):
        outbox.apply_page(page([change(), broken], "c2"))
    assert outbox.pull_request().cursor == "c1"
    assert outbox.records("finding") == []


class Killed(BaseException):
    """Stands for the death of the app: nothing may catch it."""


def test_killed_at_any_statement_a_page_comes_again(outbox: Outbox, monkeypatch) -> None:
    coming = page([change(), change("area", uuid4())], "c9", sites_removed=[uuid4()], reset=True)
    outbox.apply_page(page([change(body={"old": True})], "c1"))
    statements = count_statements(outbox, monkeypatch, lambda: outbox.apply_page(coming))
    assert statements > 15
    outbox.apply_page(page([], "c1"))
    for last in range(statements):
        with pytest.raises(Killed):
            count_statements(outbox, monkeypatch, lambda: outbox.apply_page(coming), last)
        assert outbox.pull_request().cursor == "c1"
    outbox.apply_page(coming)
    assert outbox.pull_request().cursor == "c9"


def count_statements(outbox: Outbox, monkeypatch, work, last: int = 10**6) -> int:
    """Do some work in the outbox and count its statements; die after ``last``."""
    counted = [0]

    class Counting:
        def __init__(self, db) -> None:
            self.db = db

        def execute(self, *statement):
            if counted[0] >= last:
                raise Killed
            counted[0] += 1
            return self.db.execute(*statement)

    real = outbox._shelf.writing

    @contextmanager
    def writing():
        with real() as db:
            yield Counting(db)

    with monkeypatch.context() as patch:
        patch.setattr(outbox._shelf, "writing", writing)
        work()
    return counted[0]


def test_lower_revisions_are_ignored(outbox: Outbox) -> None:
    for revision in (2, 1, 3, 2):
        outbox.apply_page(page([change(revision=revision)]))
    assert [record.revision for record in outbox.records("finding")] == [3]


def test_a_removed_record_does_not_come_back_by_an_old_page(outbox: Outbox) -> None:
    outbox.apply_page(page([change(revision=2, removed=True)]))
    outbox.apply_page(page([change(revision=1)]))
    assert outbox.find("finding", INSPECTION) is None


def test_seen_never_goes_back(outbox: Outbox) -> None:
    high = Seen(9, uuid4())
    outbox.apply_page(page(seen=high))
    outbox.apply_page(page(seen=Seen(3, uuid4())))
    assert outbox.seen == high


def test_a_reset_replaces_the_state_without_an_empty_moment(outbox: Outbox) -> None:
    gone, stays = uuid4(), uuid4()
    outbox.apply_page(page([change(subject=gone, revision=9), change(subject=stays, revision=9)]))
    first = page([change(subject=stays, revision=2)], "r1", reset=True, more=True)
    outbox.apply_page(first)
    assert {record.id for record in outbox.records("finding")} == {gone, stays}
    outbox.apply_page(page([], "r2"))
    assert [(one.id, one.revision) for one in outbox.records("finding")] == [(stays, 2)]


def test_a_lost_site_is_sealed_then_purged_when_its_ops_are_answered(outbox: Outbox) -> None:
    other = uuid4()
    op = answer_item(outbox, "a")
    outbox.apply_page(page([change(), change("area", uuid4(), feed=other)]))
    outbox.apply_page(page(sites_removed=[SITE]))
    assert outbox.find("finding", INSPECTION) is None
    outbox.apply_page(page(sites_added=[SITE]))
    assert outbox.find("finding", INSPECTION) is not None
    outbox.apply_page(page(sites_removed=[SITE]))
    outbox.settle_push(pushed([custody(op, "quarantined")]))
    outbox.apply_page(page(sites_added=[SITE]))
    assert outbox.find("finding", INSPECTION) is None
    assert len(outbox.records("area")) == 1


def test_removal_is_acted_on_before_the_changes_of_a_page(outbox: Outbox) -> None:
    outbox.apply_page(page([change()], sites_removed=[SITE]))
    assert outbox.records("finding") == []


def test_a_receipt_that_comes_by_pull_stands(outbox: Outbox) -> None:
    op, repair = answer_item(outbox, "a"), uuid4()
    outbox.settle_push(pushed([custody(op, "quarantined", reason="schema")]))
    body = custody(op, revision=4, repaired_by=repair)
    outbox.apply_page(page([change("receipt", op, body=body)]))
    (kept,) = outbox.ops()
    assert kept.receipt == body
    assert outbox.records("receipt") == []


def test_people_come_and_go_by_pull(outbox: Outbox) -> None:
    new = uuid4()
    body = {"user": str(new), "name": "Zhao", "staff_number": "9"}
    gone = {"user": str(COLLEAGUE.id), "granted": False}
    outbox.apply_page(
        page([change("person", uuid4(), body=body), change("person", uuid4(), body=gone)])
    )
    assert {person.id for person in outbox.people()} == {INSPECTOR.id, new}
    outbox.apply_page(page([change("person", new, 2, body={"name": "Z"}, removed=True)]))
    assert {person.id for person in outbox.people()} == {INSPECTOR.id}


def test_a_checklist_is_kept_under_its_hash(outbox: Outbox) -> None:
    sha256 = "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"
    assert outbox.definition(sha256) is None
    with pytest.raises(ValueError, match="hash"):
        outbox.put_definition(sha256, b"bar")
    outbox.put_definition(sha256, b"foo")
    assert outbox.definition(sha256) == b"foo"
