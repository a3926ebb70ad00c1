"""Pitfall 4: the database fails in the middle of a push."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlcipher3
from sqlalchemy import event
from sqlmodel import Session
from structlog.testing import capture_logs
from tests.factories import Server, Tablet
from tests.pitfalls.helping import counts

from fieldops.store import batch, writer
from fieldops_sync.ids import uuid7

_cursor = batch.cursor
_STATEMENTS_MAX = 200
FATES = ["applied", "applied", "held", "quarantined", "applied"]


class DiskFull(sqlcipher3.dbapi2.OperationalError):
    """What a database says when it can write no more."""


class Failing:
    """Fails at the ``at``-th statement, and then at every further one of that transaction."""

    def __init__(self, at: int) -> None:
        self.at = at
        self.met = 0

    def step(self, *_: Any) -> None:
        self.met += 1
        if self.met == self.at:
            raise DiskFull("disk I/O error")

    def cursor(self, session: Session) -> Any:
        return _Cursor(_cursor(session), self)


class _Cursor:
    def __init__(self, inner: Any, failing: Failing) -> None:
        self._inner = inner
        self._failing = failing

    def execute(self, *arguments: Any) -> Any:
        self._failing.step()
        return self._inner.execute(*arguments)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


@contextmanager
def failing(server: Server, monkeypatch: pytest.MonkeyPatch, at: int) -> Iterator[Failing]:
    """The ``at``-th statement fails, whoever sends it; the commit counts as one."""
    found = Failing(at)
    engine = server.core.store.engine
    with capture_logs(), monkeypatch.context() as patch:
        patch.setattr(batch, "cursor", found.cursor)
        event.listen(engine, "before_cursor_execute", found.step)
        event.listen(engine, "commit", found.step)
        try:
            yield found
        finally:
            event.remove(engine, "before_cursor_execute", found.step)
            event.remove(engine, "commit", found.step)


def mixed_batch(tablet: Tablet) -> list[dict[str, Any]]:
    """Ops of every fate: applied, held, quarantined, naming a photo."""
    walk = uuid7()
    return [
        tablet.op("inspection.start@1", subject={"kind": "inspection", "id": walk}),
        tablet.op("result.record@1", inspection=walk, item="a"),
        tablet.op("result.record@1", inspection=walk, item="b", needs=[uuid7()]),
        tablet.op("result.record@1", inspection=walk, item="c", colour="red"),
        tablet.op("photo.attach@1", inspection=walk, sha256="ab" * 32, media=["ab" * 32]),
    ]


def fail_everywhere(server: Server, tablet: Tablet, monkeypatch: pytest.MonkeyPatch) -> int:
    """Push one batch with a failure at every statement in turn; returns how many there were."""
    ops = mixed_batch(tablet)
    before = counts(server)
    for at in range(1, _STATEMENTS_MAX):
        with failing(server, monkeypatch, at) as met:
            answer = tablet.push(ops)
        if met.met < at:
            statuses = [receipt["status"] for receipt in answer.json()["receipts"]]
            assert statuses == FATES
            return at - 1
        # What is read before the batch is looked at fails the request; both say: send it again.
        if answer.status_code == 503:
            assert answer.json()["type"].endswith(":database-busy")
        else:
            statuses = [receipt["status"] for receipt in answer.json()["receipts"]]
            assert statuses == ["retry"] * len(ops), at
        assert counts(server) == before, f"half applied at statement {at}"
    raise AssertionError("the push never got through")


def test_every_new_op_is_to_be_sent_again(
    server: Server, tablet: Tablet, monkeypatch: pytest.MonkeyPatch
):
    server.core.limits = type(server.core.limits)(device_ops_per_day=5)
    before = counts(server)
    statements = fail_everywhere(server, tablet, monkeypatch)
    after = counts(server)
    assert statements > 8
    grown = {table: after[table] - before[table] for table in ("ledger", "held", "quarantine")}
    assert grown == {"ledger": 3, "held": 1, "quarantine": 1}


def test_without_translation_it_is_no_retry(
    server: Server, tablet: Tablet, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(writer, "_is_database", lambda _: False)
    with failing(server, monkeypatch, 3):
        assert tablet.push(mixed_batch(tablet)).status_code == 500
