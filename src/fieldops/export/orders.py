"""From a destination of the settings to what a run of it is to contain.

    settings ─ order, kept with the run ─ and the destination's secret ─→ wanted

A run keeps its order, so that delivering it again, or writing it again, does not depend on what the
settings say by then.  The secret that pseudonymous keys are made with is not kept: it is read from
its file, or derived from the database's own, and known by its fingerprint.
"""

import hashlib
import hmac
from datetime import date
from typing import cast

import msgspec
from msgspec import Struct

from fieldops.destinations import Destination, Format, Photos
from fieldops.export.deliver.secretfiles import read_secret
from fieldops.export.wanted import Wanted
from fieldops.model.dataset import Audience
from fieldops.model.plugin import DataLevel
from fieldops.rules.checkpoints import Checkpoint
from fieldops.store.exports import Run

_PURPOSE = b"fieldops export keys 1\x1f"
_FINGERPRINT_DIGITS = 16


class Order(Struct, frozen=True, kw_only=True):
    """What the settings, and whoever asked, decide of a run's bytes."""

    level: DataLevel
    purpose: str
    datasets: tuple[str, ...]
    formats: tuple[Format, ...]
    csv_bom: bool
    photos: Photos
    from_day: date | None = None
    to_day: date | None = None
    audit: Checkpoint | None = None
    """How far the audit was when the run was ordered; put there by ``flow.exporttake``."""


def order(given: Destination, days: tuple[date, date] | None = None) -> str:
    """What a run of a destination is to contain, in JSON; ``days`` are those of a backfill."""
    made = Order(
        level=cast(DataLevel, given.level),
        purpose=given.purpose,
        datasets=given.datasets,
        formats=given.formats,
        csv_bom=given.csv_bom,
        photos=given.photos,
        from_day=days[0] if days else None,
        to_day=days[1] if days else None,
    )
    return msgspec.json.encode(made).decode()


def keys_secret(given: Destination, secret: bytes) -> bytes:
    """What a destination's keys are made with; ``secret`` is the database's own.

    Raises ``DeliveryError`` if the file cannot be read.
    """
    own = read_secret(given.pseudonym_file)
    name = _PURPOSE + given.name.encode()
    return hmac.digest(own.encode() if own else secret, name, hashlib.sha256)


def fingerprint(keys: bytes) -> str:
    """By which such a secret is known again; it says nothing about it."""
    return hashlib.sha256(_PURPOSE + keys).hexdigest()[:_FINGERPRINT_DIGITS]


def level_of(run: Run) -> int:
    """The data level of what a run holds."""
    return msgspec.json.decode(run.wanted, type=Order).level


def wanted(run: Run, keys: bytes) -> Wanted:
    """Everything that decides the bytes of a run."""
    made = msgspec.json.decode(run.wanted, type=Order)
    return Wanted(
        run=run.name,
        audience=Audience(made.level, made.purpose),
        secret=keys,
        kind=run.kind,
        after=run.after,
        until=run.until,
        from_day=made.from_day,
        to_day=made.to_day,
        datasets=made.datasets,
        formats=made.formats,
        csv_bom=made.csv_bom,
        photos=made.photos,
        checkpoint=made.audit,
    )
