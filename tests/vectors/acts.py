"""What happens in a vector beside the calls of tablets: ``do`` steps and faults of the database."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any
from unittest import mock
from uuid import UUID

from tests.factories import Clock, Server, add_person

from fieldops.flow import hold, setup
from fieldops.model.access import Grant, Role
from fieldops.store import people
from fieldops.store.blobs import BlobStoreDown
from fieldops.store.writer import StoreBusy

if TYPE_CHECKING:
    from tests.vectors.play import Stage

Act = Callable[["Stage", dict[str, Any]], None]


def wait(stage: "Stage", step: dict[str, Any]) -> None:
    """The server's clock goes on, and what was held too long is settled."""
    clock = stage.server.clock
    assert isinstance(clock, Clock)
    clock.forward(step["hours"])
    stage.server.do(lambda session: hold.expire(session, clock()))


def publish(stage: "Stage", step: dict[str, Any]) -> None:
    """A checklist version is published."""
    stage.publish(step["version"])


def withdraw(stage: "Stage", step: dict[str, Any]) -> None:
    """A checklist version is withdrawn."""
    stage.withdraw(step["version"])


def enrol_code(stage: "Stage", step: dict[str, Any]) -> None:
    """A one-time enrolment code is made for the inspector."""
    crew = [stage.company.inspector]
    code = stage.server.do(
        lambda s: setup.enrol_code(s, "new", crew, setup.SYSTEM, stage.server.clock())
    )
    stage.names.known[step["name"]] = code


def give_site(stage: "Stage", step: dict[str, Any]) -> None:
    """A person becomes inspector of a site."""
    user, site = stage.person(step["person"]), UUID(stage.names.fill(step["site"]))
    grant = Grant(Role.INSPECTOR, frozenset({site}))
    stage.server.do(lambda s: setup.add_grant(s, user, grant, setup.SYSTEM, stage.server.clock()))


def take_sites(stage: "Stage", step: dict[str, Any]) -> None:
    """A person loses all grants."""
    user, now_ms = stage.person(step["person"]), stage.server.clock()

    def job(session: Any) -> None:
        for grant, _ in people.grants(session, user):
            setup.revoke_grant(session, grant, setup.SYSTEM, now_ms)

    stage.server.do(job)


def add_sites(stage: "Stage", step: dict[str, Any]) -> None:
    """The inspector looks after so many sites in all."""
    user, now_ms = stage.company.inspector, stage.server.clock()
    sites = frozenset(UUID(int=number) for number in range(1, step["total"]))
    grant = Grant(Role.INSPECTOR, sites)
    stage.server.do(lambda s: setup.add_grant(s, user, grant, setup.SYSTEM, now_ms))


def revoke_device(stage: "Stage", step: dict[str, Any]) -> None:
    """A tablet is revoked at the desk."""
    device = stage.tablet(step.get("tablet", "tablet")).device
    stage.server.do(lambda s: setup.revoke_device(s, device, setup.SYSTEM, stage.server.clock()))
    stage.server.core.devices.pop(device, None)


def add_colleague(stage: "Stage", step: dict[str, Any]) -> None:
    """Somebody of the same site who is not granted on any tablet."""
    site = stage.company.site
    stage.company.people[step["name"]] = stage.server.do(
        lambda s: add_person(s, Role.INSPECTOR, {site})
    )


ACTS: dict[str, Act] = {
    "wait": wait,
    "publish": publish,
    "withdraw": withdraw,
    "enrol-code": enrol_code,
    "give-site": give_site,
    "take-sites": take_sites,
    "add-sites": add_sites,
    "revoke-device": revoke_device,
    "add-colleague": add_colleague,
}


@contextmanager
def trouble(server: Server, step: dict[str, Any]) -> Iterator[None]:
    """While a step is performed, what its ``trouble`` names is out of order."""
    store, blobs = server.core.store, server.core.blobs
    broken: dict[str, list[tuple[object, str, object]]] = {
        "database-down": [(store, "write", _fail)],
        "photo-store-down": [(blobs, "put", _refuse), (blobs, "adopt", _refuse)],
        "a-bug": [(store, "read", _stumble)],
    }
    with ExitStack() as stack:
        for part in broken[step["trouble"]] if "trouble" in step else ():
            stack.enter_context(mock.patch.object(*part))
        yield


def _fail(_job: object, _weight: int = 1) -> Future[Any]:
    future: Future[Any] = Future()
    future.set_exception(StoreBusy("the database failed; nothing was kept"))
    return future


def _refuse(*_: object) -> None:
    raise BlobStoreDown("the photo store does not answer")


def _stumble() -> None:
    raise ZeroDivisionError("somebody made a mistake")
