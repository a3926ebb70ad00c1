from pathlib import Path
from uuid import uuid4

import pytest
from tests.sync.factories import COLLEAGUE, INSPECTOR, PIN, change, enrolled_outbox, page

from fieldops_sync.outbox import Outbox
from fieldops_sync.people import (
    FREE_ATTEMPTS,
    LOCK_S,
    LOCK_S_MAX,
    SignInLocked,
    UnknownPerson,
    WrongPin,
)
from fieldops_sync.wire import Person


class HandClock:
    """A monotonic clock that moves when it is told to."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def outbox(tmp_path: Path, clock: HandClock):
    with enrolled_outbox(tmp_path, monotonic_s=clock) as opened:
        yield opened


def fail(outbox: Outbox, times: int) -> None:
    for _ in range(times):
        with pytest.raises(WrongPin):
            outbox.sign_in(INSPECTOR.id, "0000")


def test_the_right_pin_signs_in_and_out(outbox: Outbox) -> None:
    outbox.sign_out()
    with pytest.raises(UnknownPerson):
        _ = outbox.actor
    assert outbox.sign_in(INSPECTOR.id, PIN) == INSPECTOR
    assert outbox.actor == INSPECTOR.id


def test_a_wrong_pin_leaves_the_one_who_is_signed_in(outbox: Outbox) -> None:
    fail(outbox, 1)
    assert outbox.actor == INSPECTOR.id


@pytest.mark.parametrize("person", [COLLEAGUE.id, uuid4()])
def test_nobody_without_a_pin_or_a_grant_signs_in(outbox: Outbox, person) -> None:
    with pytest.raises(UnknownPerson):
        outbox.sign_in(person, PIN)


def test_an_unreadable_pin_hash_is_told(outbox: Outbox) -> None:
    body = {"user": str(COLLEAGUE.id), "name": "Li", "pin": "nonsense"}
    outbox.apply_page(page([change("person", uuid4(), body=body)]))
    with pytest.raises(UnknownPerson):
        outbox.sign_in(COLLEAGUE.id, PIN)


def test_wrong_pins_make_the_next_attempts_wait(outbox: Outbox, clock: HandClock) -> None:
    fail(outbox, FREE_ATTEMPTS)
    with pytest.raises(SignInLocked) as locked:
        outbox.sign_in(INSPECTOR.id, PIN)
    assert locked.value.delay_s == LOCK_S
    clock.now_s += LOCK_S
    fail(outbox, 1)
    clock.now_s += 2 * LOCK_S - 1
    with pytest.raises(SignInLocked):
        outbox.sign_in(INSPECTOR.id, PIN)
    clock.now_s += 1
    outbox.sign_in(INSPECTOR.id, PIN)
    fail(outbox, FREE_ATTEMPTS)


def test_waiting_is_bounded(outbox: Outbox, clock: HandClock) -> None:
    for _ in range(FREE_ATTEMPTS + 15):
        clock.now_s += LOCK_S_MAX
        fail(outbox, 1)
    clock.now_s += LOCK_S_MAX
    outbox.sign_in(INSPECTOR.id, PIN)


def test_a_restart_does_not_shorten_the_wait(tmp_path: Path) -> None:
    clock = HandClock()
    with enrolled_outbox(tmp_path, monotonic_s=clock) as outbox:
        fail(outbox, FREE_ATTEMPTS)
    with Outbox(tmp_path, monotonic_s=clock) as again, pytest.raises(SignInLocked):
        again.sign_in(INSPECTOR.id, PIN)


def test_who_lost_the_grant_cannot_record_any_more(outbox: Outbox) -> None:
    body = {"user": str(INSPECTOR.id), "granted": False}
    outbox.apply_page(page([change("person", uuid4(), body=body)]))
    with pytest.raises(UnknownPerson):
        _ = outbox.actor


def test_a_new_pin_counts_at_once(outbox: Outbox) -> None:
    body = {"user": str(COLLEAGUE.id), "name": "Li Lei", "pin": INSPECTOR.pin}
    outbox.apply_page(page([change("person", uuid4(), body=body)]))
    assert outbox.sign_in(COLLEAGUE.id, PIN) == Person(COLLEAGUE.id, "Li Lei", "", INSPECTOR.pin)
