"""A company to measure: sites, one inspector, the published checklist, codes for tablets."""

from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

from msgspec import Struct
from sqlmodel import Session

from bench import ops
from fieldops.flow import setup
from fieldops.model.access import Grant, Role
from fieldops.rules.checklists import address, parse
from fieldops.store import schema
from fieldops.store.engine import Store, open_store
from fieldops.web.core import now_ms
from fieldops_sync.ids import uuid7

T = TypeVar("T")


class Company(Struct, frozen=True):
    """``codes`` each enrol one tablet of the inspector, who walks the first ``mine`` sites."""

    sites: list[UUID]
    inspector: UUID
    definition: str
    codes: list[str]

    def walk(self) -> ops.Walk:
        """A new walk of the first site."""
        return ops.Walk(uuid7(), self.sites[0], self.inspector, self.definition)


def found(url: str, tablets: int = 1, sites: int = 1, mine: int = 1) -> Company:
    """Bring the database at ``url`` to this version and put a company into it."""
    store = open_store(url)
    try:
        schema.prepare(store)
        return do(store, lambda session: _found(session, tablets, sites, mine))
    finally:
        store.close()


def do(store: Store, job: Callable[[Session], T]) -> T:
    """Run a job in a durable transaction."""
    return store.write(job, weight=5000).result(600)


def _found(session: Session, tablets: int, sites: int, mine: int) -> Company:
    ids = [uuid7() for _ in range(sites)]
    now = now_ms()
    for number, site in enumerate(ids):
        setup.put_site(session, site, {"name": f"翠湖花园 {number}"}, setup.SYSTEM, now)
    inspector = setup.add_user(session, "bench", "陈静", setup.SYSTEM, now)
    grant = Grant(Role.INSPECTOR, frozenset(ids[:mine]))
    setup.add_grant(session, inspector, grant, setup.SYSTEM, now)
    parsed = parse(ops.checklist_text(), "bench.toml")
    if isinstance(parsed, list):
        raise RuntimeError(f"the benchmark's checklist has faults: {parsed[:3]}")
    setup.publish(session, parsed, setup.SYSTEM, now)
    codes = [
        setup.enrol_code(session, f"tablet {n}", [inspector], setup.SYSTEM, now, minutes=60)
        for n in range(tablets)
    ]
    return Company(ids, inspector, address(parsed), codes)
