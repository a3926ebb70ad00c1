"""What is asked for: everything that decides the bytes of a run."""

from datetime import date
from typing import Literal

from msgspec import Struct

from fieldops.model.dataset import Audience
from fieldops.rules.checkpoints import Checkpoint

RunKind = Literal["full", "incremental", "backfill"]
Format = Literal["csv", "jsonl", "parquet", "xlsx"]
Photos = Literal["none", "reference", "derivatives", "originals"]
FORMATS: tuple[Format, ...] = ("csv", "jsonl", "parquet", "xlsx")


class Wanted(Struct, frozen=True, kw_only=True):
    """A run: its name, for whom, which stretch of the log, as which files.

    ``secret`` is the destination's own (32 bytes or more): what pseudonymous keys are made with.
    ``after`` is 0 for a full run; ``until`` is inclusive.  ``from_day`` and ``to_day`` (inclusive,
    in the company's time zone) belong to a backfill.  No ``datasets`` are all of them.
    ``checkpoint`` says how far the audit was when the run was ordered.
    """

    run: str
    until: int
    audience: Audience = Audience()
    secret: bytes = b""
    kind: RunKind = "full"
    after: int = 0
    from_day: date | None = None
    to_day: date | None = None
    datasets: tuple[str, ...] = ()
    formats: tuple[Format, ...] = ("csv",)
    csv_bom: bool = False
    photos: Photos = "reference"
    checkpoint: Checkpoint | None = None
