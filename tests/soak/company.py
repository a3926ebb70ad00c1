"""What the soak suites work on: a company in a fresh database, and tablets for it."""

import time
from pathlib import Path
from uuid import UUID

from msgspec import Struct
from sqlmodel import Session
from tests.factories import add_person, checklist_text

from fieldops.flow import setup
from fieldops.model.access import Role
from fieldops.rules.checklists import address, parse
from fieldops.settings import Settings, load_settings
from fieldops.store import schema
from fieldops.store.engine import open_store
from fieldops_sync.ids import uuid7

_TOML = """data_dir = {data_dir!r}
database_url = {database_url!r}
log_level = "error"
{more}

[worker]
poll_ms = 50
"""


class Company(Struct, frozen=True):
    """One site, one inspector, a published checklist, and a code for each tablet."""

    site: UUID
    inspector: UUID
    checklist: str
    codes: list[str]


def settle_in(folder: Path, database_url: str, more: str = "") -> Path:
    """Write the settings of a server that keeps everything in ``folder``; returns their file.

    ``more`` are further lines of them.
    """
    config = folder / "fieldops.toml"
    data_dir = str(folder / "data")
    config.write_text(_TOML.format(data_dir=data_dir, database_url=database_url, more=more))
    return config


def settings_of(config: Path) -> Settings:
    """The settings as the server reads them."""
    return load_settings(config)


def found(settings: Settings, tablets: int) -> Company:
    """Make the tables, the company, and codes for so many tablets; the database is closed again."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    store = open_store(settings.database_url)
    try:
        schema.prepare(store)
        return store.write(lambda session: _found(session, tablets)).result(60)
    finally:
        store.close()


def _found(session: Session, tablets: int) -> Company:
    now_ms = time.time_ns() // 1_000_000
    site = uuid7()
    setup.put_site(session, site, {"name": "翠湖花园"}, setup.SYSTEM, now_ms)
    inspector = add_person(session, Role.INSPECTOR, {site}, now_ms=now_ms)
    checklist = parse(checklist_text("daily"), "checklist.toml")
    assert not isinstance(checklist, list), checklist
    setup.publish(session, checklist, setup.SYSTEM, now_ms)
    codes = [
        setup.enrol_code(session, f"tablet {n}", [inspector], setup.SYSTEM, now_ms, minutes=60)
        for n in range(tablets)
    ]
    return Company(site, inspector, address(checklist), codes)
