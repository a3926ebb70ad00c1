"""Several people share a tablet: each signs in by PIN, verified offline (argon2id).

A wrong PIN counts against that person, over restarts as well; after five, each further attempt
waits, so that four digits cannot be tried out in an afternoon.
"""

import threading
from collections.abc import Callable
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from fieldops_sync.shelf import Db, Shelf, get_meta, set_meta
from fieldops_sync.wire import Person

FREE_ATTEMPTS = 5
"""Wrong PINs in a row before waiting begins."""
LOCK_S = 30
"""Seconds between later attempts; doubled by each, up to ``LOCK_S_MAX``."""
LOCK_S_MAX = 3600


class SignInError(ValueError):
    """Somebody could not sign in."""


class UnknownPerson(SignInError):
    """Nobody of this id is granted on this device, or the person has no PIN yet."""


class WrongPin(SignInError):
    """The PIN is not this person's."""


class SignInLocked(SignInError):
    """Too many wrong PINs: try again after ``delay_s`` seconds."""

    def __init__(self, delay_s: float) -> None:
        super().__init__(f"too many wrong PINs: try again in {delay_s:.0f} s")
        self.delay_s = delay_s


def people(db: Db) -> list[Person]:
    """Everybody granted on this device, by name."""
    rows = db.execute("SELECT id, name, staff_number, pin FROM person ORDER BY name, id").fetchall()
    return [Person(UUID(bytes=bytes(row[0])), *row[1:]) for row in rows]


def find_person(db: Db, person: UUID) -> Person:
    """Somebody granted on this device; raises UnknownPerson."""
    found = [one for one in people(db) if one.id == person]
    if not found:
        raise UnknownPerson("this person is not granted on this device")
    return found[0]


def pin_fits(person: Person, pin: str) -> bool:
    """Whether the PIN is the person's; raises UnknownPerson when there is none to compare."""
    if person.pin is None:
        raise UnknownPerson("this person has no PIN yet")
    try:
        return PasswordHasher().verify(person.pin, pin)
    except InvalidHashError as error:
        raise UnknownPerson("this person's PIN cannot be read") from error
    except VerificationError:
        return False


def lock_s(db: Db, person: UUID) -> float:
    """How long to wait between this person's last wrong PIN and the next attempt."""
    row = db.execute("SELECT failures FROM person WHERE id = ?", (person.bytes,)).fetchone()
    beyond = (row[0] if row else 0) - FREE_ATTEMPTS
    return 0.0 if beyond < 0 else float(min(LOCK_S_MAX, LOCK_S << min(beyond, 10)))


def note_attempt(db: Db, person: UUID, *, fits: bool) -> None:
    """Count a wrong PIN, or let the person in."""
    if fits:
        db.execute("UPDATE person SET failures = 0 WHERE id = ?", (person.bytes,))
        set_meta(db, "actor", person.bytes)
    else:
        db.execute("UPDATE person SET failures = failures + 1 WHERE id = ?", (person.bytes,))


def sign_out(db: Db) -> None:
    """Nobody is signed in any more."""
    db.execute("DELETE FROM meta WHERE name = 'actor'")


def actor(db: Db) -> UUID:
    """Who is signed in and still granted here; raises UnknownPerson."""
    stored = get_meta(db, "actor")
    if stored is None:
        raise UnknownPerson("nobody is signed in")
    return find_person(db, UUID(bytes=stored)).id


class Crew:
    """The part of an outbox that knows who is holding the tablet."""

    def __init__(self, shelf: Shelf, monotonic_s: Callable[[], float]) -> None:
        self._shelf = shelf
        self._monotonic_s = monotonic_s
        self._tried_s: dict[UUID, float] = {}
        self._opened_s = monotonic_s()
        self._sign_in_lock = threading.Lock()

    def people(self) -> list[Person]:
        """Everybody granted on this device."""
        with self._shelf.reading() as db:
            return people(db)

    def sign_in(self, person: UUID, pin: str) -> Person:
        """Sign somebody in, offline; raises UnknownPerson, WrongPin or SignInLocked."""
        with self._sign_in_lock:
            found = self._unlocked(person)
            fits = pin_fits(found, pin)
            self._tried_s[person] = self._monotonic_s()
            with self._shelf.writing() as db:
                note_attempt(db, person, fits=fits)
        if not fits:
            raise WrongPin("wrong PIN")
        return found

    def sign_out(self) -> None:
        """Nobody is signed in any more."""
        with self._shelf.writing() as db:
            sign_out(db)

    @property
    def actor(self) -> UUID:
        """Who is signed in; raises UnknownPerson."""
        with self._shelf.reading() as db:
            return actor(db)

    def _unlocked(self, person: UUID) -> Person:
        with self._shelf.reading() as db:
            found = find_person(db, person)
            needed_s = lock_s(db, person)
        passed_s = self._monotonic_s() - self._tried_s.get(person, self._opened_s)
        if needed_s > passed_s:
            raise SignInLocked(needed_s - passed_s)
        return found
