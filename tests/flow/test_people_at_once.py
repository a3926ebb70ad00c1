"""Accounts that two people, or two servers, change at the same instant."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import Session
from tests.factories import Server, add_person, enrol_tablet, found_company, running
from tests.flow.meeting import Job, at_once
from tests.web.desks import add_desk_user

from fieldops.flow import accounts, lockout, passwords, sessions, setup, signin
from fieldops.flow.sessions import Caller
from fieldops.flow.setup import SYSTEM
from fieldops.flow.signin import SignedIn
from fieldops.model.access import Role
from fieldops.model.problem import ProblemError, slug_of
from fieldops.store import people, records
from fieldops.store.engine import Store, open_store


class Office:
    """A company on PostgreSQL, and a second server's way to the same database."""

    def __init__(self, server: Server, elsewhere: Store) -> None:
        self.server, self.company = server, found_company(server)
        self._elsewhere = elsewhere

    def both(self, first: Job, second: Job) -> Any:
        """What the second gives, which waited for the first."""
        return at_once(self.server.core.store, self._elsewhere, first, second).result(20)

    def sign_in(self, user: UUID, login: str, known: bool) -> Callable[[Session], SignedIn | None]:
        """The last step of a sign-in whose password was found right."""
        terms, now_ms = self.server.core.terms, self.server.clock()
        cookie = lockout.known_cookie(terms.secret, user) if known else ""
        caller = Caller("203.0.113.7", known=cookie)
        ticket = self.server.do(lambda s: signin.begin(s, login, caller, terms, now_ms))
        assert ticket.kept is not None
        assert ticket.kept.user == user
        return lambda session: signin.finish(session, ticket, True, caller, terms, now_ms)

    def open_sessions(self, user: UUID) -> int:
        lifetimes, now_ms = self.server.core.terms.lifetimes, self.server.clock()
        return len(self.server.look(lambda s: sessions.listing(s, user, lifetimes, now_ms)))


@pytest.fixture
def office(postgres_database: str, tmp_path: Path) -> Iterator[Office]:
    with running(postgres_database, tmp_path) as server:
        second = open_store(postgres_database, lanes=1)
        yield Office(server, second)
        second.close()


@pytest.mark.parametrize("known", [False, True], ids=["stranger", "known"])
@pytest.mark.parametrize("is_first", [True, False], ids=["signed-in", "changed"])
def test_no_session_of_an_old_password_outlives_it(office: Office, is_first: bool, known: bool):
    user = add_desk_user(office.server, "fang")
    terms, now_ms = office.server.core.terms, office.server.clock()

    def change(session: Session) -> None:
        passwords.set_password(session, user, "new", terms, SYSTEM, now_ms)

    enter = office.sign_in(user, "fang", known)
    office.both(*((enter, change) if is_first else (change, enter)))
    assert office.open_sessions(user) == 0


def test_two_who_change_one_password_are_told_different_things(office: Office):
    user = add_desk_user(office.server, "fang")
    terms, now_ms = office.server.core.terms, office.server.clock()
    asked = office.server.do(lambda s: passwords.begin_change(s, user, terms, now_ms))

    def change(session: Session, hash_: str = "second") -> Any:
        judged = passwords.Judged(True, (), hash_)
        return passwords.finish_change(session, asked, judged, terms, now_ms)

    told = office.both(lambda s: change(s, "first"), change)
    assert getattr(told, "type", "").endswith(":sign-in-failed"), told


def test_of_two_administrators_who_end_each_other_one_stays(office: Office):
    one, other = (
        office.server.do(lambda s: add_person(s, Role.ADMINISTRATOR, None)) for _ in range(2)
    )
    now_ms = office.server.clock()

    def end(session: Session, user: UUID) -> None:
        accounts.keep_administrator(session, without_user=user)
        accounts.disable(session, user, SYSTEM, now_ms)

    with pytest.raises(ProblemError) as refused:
        office.both(lambda s: end(s, one), lambda s: end(s, other))
    assert slug_of(refused.value.problem) == "last-administrator"


def test_a_tablet_that_is_given_somebody_learns_the_pin_that_is_set_at_that_moment(office: Office):
    server, user = office.server, office.company.inspector
    device = enrol_tablet(server, [office.company.supervisor], office.company.site).device
    now_ms = server.clock()

    def grant(session: Session) -> None:
        setup.grant_person(session, device, user, True, SYSTEM, now_ms)

    office.both(grant, lambda s: setup.set_pin(s, user, "4711", SYSTEM, now_ms))
    kept = server.look(lambda s: people.pins(s, [user])[user])
    (told,) = [
        one.body["pin"]
        for one in server.look(lambda s: records.of_kind(s, [device], "person"))
        if one.body["user"] == str(user)
    ]
    assert told == kept
