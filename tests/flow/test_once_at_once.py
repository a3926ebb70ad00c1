"""A call that is sent twice at the same instant, to two servers (PostgreSQL)."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import Session
from tests.factories import Server, found_company, running
from tests.flow.meeting import Job, at_once

from fieldops.flow import once
from fieldops.flow.edits import New, create
from fieldops.flow.once import Answer
from fieldops.model.problem import ProblemError, slug_of
from fieldops.store import people
from fieldops.store.engine import Store, open_store


@pytest.fixture
def server(postgres_database: str, tmp_path: Path) -> Iterator[Server]:
    with running(postgres_database, tmp_path) as started:
        yield started


@pytest.fixture
def elsewhere(postgres_database: str, server: Server) -> Iterator[Store]:
    second = open_store(postgres_database, lanes=1)
    yield second
    second.close()


class Desk:
    """A supervisor who raises a finding under a key."""

    def __init__(self, server: Server) -> None:
        self.server, company = server, found_company(server)
        self.site, self.user = company.site, company.supervisor
        self.answers: list[Answer] = []

    def raising(self, words: str) -> Job:
        secret, now_ms = self.server.core.secret, self.server.clock()
        call = once.call(secret, self.user, "k", b"/findings", words.encode())

        def job(session: Session) -> Answer:
            done = once.once(session, call, lambda: self._raise(session, words), now_ms)
            self.answers.append(done)
            return done

        return job

    def _raise(self, session: Session, words: str) -> Answer:
        person = people.people(session, [self.user])[self.user]
        new = New("finding", self.site, "finding.report@1", {"severity": "minor", "text": words})
        made = create(session, person, new, self.server.clock())
        return Answer(201, made.record.id.bytes, str(made.record.revision))

    def findings(self) -> int:
        def count(session: Session) -> int:
            found = text("SELECT count(*) FROM record WHERE kind = 'finding'")
            return int(session.execute(found).scalar_one())

        return self.server.look(count)


def test_two_at_once_are_one(server: Server, elsewhere: Store) -> None:
    desk = Desk(server)
    job = desk.raising("a broken lock")
    second = at_once(server.core.store, elsewhere, job, job).result(20)
    assert [second, second] == desk.answers
    assert desk.findings() == 1


def test_of_two_at_once_that_differ_the_second_is_told(server: Server, elsewhere: Store) -> None:
    desk = Desk(server)
    late = at_once(server.core.store, elsewhere, desk.raising("one"), desk.raising("another"))
    with pytest.raises(ProblemError) as told:
        late.result(20)
    assert slug_of(told.value.problem) == "key-reused"
    assert desk.findings() == 1
