"""The scheduled report: once on the first night of a month, of everything, in each language.

``make_due`` is asked by the worker's schedule whenever it looks; it makes what is missing and
nothing twice.  Files lie in a folder, named by month; one that is there whole was made.
"""

import os
from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlmodel import Session

from fieldops.model.access import Level
from fieldops.report.make import Maker, Order, ask, note_made
from fieldops.rules.zones import zone
from fieldops.settings import Settings
from fieldops.store import lately, records
from fieldops.store.engine import Store

FOLDER = "reports"
"""Below the data folder."""
HOUR = 2
"""From this hour of the first day on, in the company's time zone: tablets have synced by then."""
Write = Callable[[Callable[[Session], Any]], Any]
"""Runs one transaction."""


def last_month(now_ms: int, timezone: str) -> str:
    """The last month that is over, such as 2026-10."""
    here = datetime.fromtimestamp(now_ms / 1000, zone(timezone))
    year, month = (here.year, here.month - 1) if here.month > 1 else (here.year - 1, 12)
    return f"{year}-{month:02}"


def is_due(now_ms: int, timezone: str) -> bool:
    """Whether the first night of a month has come far enough; later days catch up."""
    here = datetime.fromtimestamp(now_ms / 1000, zone(timezone))
    return here.day > 1 or here.hour >= HOUR


def make_due(
    store: Store, maker: Maker, settings: Settings, write: Write, actor: UUID, now_ms: int
) -> list[Path]:
    """Make the last month's reports that are missing: a PDF in each language of the settings.

    ``write`` takes the audit record's transaction.  Gives the files that were made; of a month in
    which nothing had come yet there is nothing to tell.
    """
    if not is_due(now_ms, settings.timezone):
        return []
    folder = Path(settings.data_dir) / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    month = last_month(now_ms, settings.timezone)
    found = []
    for language in settings.languages:
        path = folder / f"report-{month}.{language}.pdf"
        if path.exists():
            continue
        order = Order(month=month, language=language)
        with store.read() as session:
            mine = records.site_ids(session)
            asked = ask(session, order, mine, lambda _site: Level.L1, settings, now_ms)
            if not lately.last_by(session, asked.as_of_ms):
                return []
        made = maker.make(asked, order)
        write(partial(note_made, who=actor, asked=asked, order=order, made=made, at_ms=now_ms))
        part = path.with_suffix(".part")
        part.write_bytes(made.content)
        os.replace(part, path)
        found.append(path)
    return found
