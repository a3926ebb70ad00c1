"""Guessing: what is counted, who waits for how long, and who is not held up by others."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlmodel import Session
from tests.factories import NOON_MS, Server, running
from tests.web.desks import PASSWORD, add_desk_user

from fieldops.flow import lockout, passwords, signin
from fieldops.flow.sessions import Caller
from fieldops.flow.signin import SignedIn, Ticket
from fieldops.model.problem import ProblemError, slug_of
from fieldops.store import audit
from fieldops.store import passwords as store_passwords

MINUTE_MS = 60_000
OFFICE = "203.0.113.7"


class Door:
    """Signs in without the cost of a hash: whether the password fits is given."""

    def __init__(self, server: Server) -> None:
        self.server, self.now_ms = server, NOON_MS
        self.user = add_desk_user(server, "fang")

    def knock(
        self,
        login: str = "fang",
        right: bool = False,
        address: str = "203.0.113.7",
        known: str = "",
    ) -> str:
        """One try: ``in``, or the slug that it ends with."""
        caller = Caller(address, "Firefox", known)
        terms = self.server.core.terms
        try:
            ticket = self.server.do(lambda s: signin.begin(s, login, caller, terms, self.now_ms))
        except ProblemError as error:
            return slug_of(error.problem)
        done = self.server.do(lambda s: signin.finish(s, ticket, right, caller, terms, self.now_ms))
        return "sign-in-failed" if done is None else "in"

    def fail(self, times: int, **how: Any) -> str:
        """Fail so often; the last answer."""
        return [self.knock(**how) for _ in range(times)][-1]

    def minutes(self, count: float) -> None:
        self.now_ms += int(count * MINUTE_MS)


@pytest.fixture
def door(sqlite_database: str, tmp_path: Path) -> Iterator[Door]:
    with running(sqlite_database, tmp_path) as server:
        yield Door(server)


def test_the_fifth_failure_makes_everybody_wait_who_is_not_known(door: Door):
    assert door.fail(5) == "sign-in-failed"
    assert door.knock(right=True) == "locked-out"
    assert door.knock(right=True, address="198.51.100.9") == "locked-out"
    door.minutes(0.5)
    assert door.knock(right=True) == "in"
    assert door.fail(4) == "sign-in-failed"
    assert door.knock(right=True) == "in", "a right one begins anew"


def test_waits_grow_and_never_reach_beyond_a_quarter_of_an_hour(door: Door):
    door.fail(5)
    for wait in (0.5, 1, 2, 4, 8, 15, 15, 15):
        door.minutes(wait - 0.01)
        assert door.knock(right=True) == "locked-out"
        door.minutes(0.01)
        assert door.knock() == "sign-in-failed"
    door.minutes(15)
    assert door.knock(right=True) == "in"


def test_an_unknown_login_waits_like_a_known_one(door: Door):
    for login in ("fang", "nobody"):
        found = [door.knock(login, address=f"203.0.113.{n}") for n in range(6)]
        assert found == ["sign-in-failed"] * 5 + ["locked-out"]


def test_a_known_browser_is_counted_by_itself(door: Door):
    known = lockout.known_cookie(door.server.core.secret, door.user)
    door.fail(6)
    assert door.knock(right=True) == "locked-out"
    assert door.knock(right=True, known=known) == "in"
    assert door.fail(5, known=known) == "sign-in-failed"
    assert door.knock(right=True, known=known) == "locked-out"
    other = lockout.known_cookie(door.server.core.secret, door.user)
    assert door.knock(right=True, known=other) == "in"


def test_a_made_up_browser_is_not_known(door: Door):
    good = lockout.known_cookie(door.server.core.secret, door.user)
    foreign = lockout.known_cookie(b"another server", door.user)
    another = lockout.known_cookie(door.server.core.secret, UUID(int=7))
    door.fail(5)
    for known in (foreign, another, good[:-1], f"x{good}", "", ".", "ü" * 24 + ".é"):
        assert door.knock(right=True, known=known) == "locked-out", known


def test_an_address_that_tries_many_logins_waits(door: Door):
    found = {door.knock(f"login-{number}") for number in range(20)}
    assert found == {"sign-in-failed"}
    assert door.knock("login-21") == "locked-out"
    assert door.knock(right=True) == "locked-out"
    assert door.knock(right=True, address="198.51.100.9") == "in"
    door.minutes(1)
    assert door.knock(right=True) == "in"
    assert door.knock("login-22") == "sign-in-failed", "a right one of its own costs no failure"
    assert door.knock("login-23") == "locked-out", "and forgives none on other logins"


def test_after_a_day_nothing_is_held_against_anybody(door: Door):
    door.fail(5)
    door.minutes(24 * 60)
    assert [door.knock() for _ in range(5)] == ["sign-in-failed"] * 5
    assert door.knock() == "locked-out"


def test_a_reset_ends_the_wait(door: Door):
    door.fail(6)
    terms = door.server.core.terms
    door.server.do(lambda s: passwords.reset(s, door.user, "hash", terms, door.user, door.now_ms))
    assert door.knock(right=True) == "in"


def test_what_changed_while_the_password_was_compared_opens_nothing(door: Door):
    terms, caller = door.server.core.terms, Caller()
    ticket = door.server.do(lambda s: signin.begin(s, "fang", caller, terms, door.now_ms))
    door.server.do(lambda s: store_passwords.put(s, door.user, "new", door.now_ms, once=False))
    finish = signin.finish
    assert door.server.do(lambda s: finish(s, ticket, True, caller, terms, door.now_ms)) is None


def test_failures_stand_in_the_audit_without_what_was_typed(door: Door):
    door.knock("fang")
    door.knock("my secret password")
    rows = door.server.look(lambda s: audit.latest(s, 10, "session.fail"))
    assert [(row.subject, row.detail) for row in rows] == [
        (None, {"locked": False}),
        (door.user, {"locked": False}),
    ]


def test_tries_at_once_on_two_servers_are_all_counted(database_url: str, tmp_path: Path):
    with running(database_url, tmp_path / "a") as one, running(database_url, tmp_path / "b") as two:
        add_desk_user(one, "fang")
        terms, caller = one.core.terms, Caller("203.0.113.7")

        def begin(server: Server) -> Ticket | str:
            try:
                return server.do(lambda s: signin.begin(s, "fang", caller, terms, NOON_MS))
            except ProblemError as error:
                return slug_of(error.problem)

        with ThreadPoolExecutor(8) as pool:
            found = list(pool.map(begin, [one, two] * 8))
        passed = [ticket for ticket in found if isinstance(ticket, Ticket)]
        assert len(passed) == 5
        assert [ticket.locks for ticket in passed].count(True) == 1
        assert found.count("locked-out") == 11
        ticket = passed[0]
        done = two.do(lambda s: signin.finish(s, ticket, True, caller, terms, NOON_MS))
        assert isinstance(done, SignedIn)
        assert two.look(rows) == [(0, 4)], "the address keeps the failures of the others"


def rows(session: Session) -> list[tuple[int, int]]:
    query = "SELECT until_ms, failures FROM sign_in_try"
    return [(row[0], row[1]) for row in session.execute(text(query))]


def test_an_unknown_login_costs_the_same_hash(door: Door):
    terms, caller = door.server.core.terms, Caller()
    for login, right in (("fang", True), ("nobody", False)):
        begin = partial(signin.begin, login=login, caller=caller, terms=terms, now_ms=NOON_MS)
        ticket = door.server.do(begin)
        assert signin.fits(ticket, PASSWORD) is right


def test_a_password_of_nobody_is_not_changed(door: Door):
    terms = door.server.core.terms
    bare = add_desk_user(door.server, "bare")
    door.server.do(lambda s: s.execute(text("UPDATE user_account SET password = NULL")) and None)
    for user in (bare, UUID(int=7)):
        with pytest.raises(ProblemError) as caught:
            door.server.do(partial(passwords.begin_change, user=user, terms=terms, now_ms=NOON_MS))
        assert slug_of(caught.value.problem) == "forbidden"
    with pytest.raises(ProblemError) as caught:
        door.server.do(lambda s: passwords.set_password(s, UUID(int=7), "h", terms, bare, NOON_MS))
    assert slug_of(caught.value.problem) == "not-found"
