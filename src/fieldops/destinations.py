"""The section ``export`` of the settings: where runs go, when, and what each may hold.

[[export.destinations]]
name = "head-office"
kind = "sftp"
host = "sftp.example.com"
user = "fieldops"
path = "/inbox/fieldops"
key_file = "secrets/head-office.key"
host_key = "ssh-ed25519 AAAA…"
level = 2
purpose = "contract reporting"

Secrets stand in files of their own, which are read when they are used.
"""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, PositiveInt, model_validator

from fieldops.sections import Port, Section, is_loopback

DestinationKind = Literal["folder", "s3", "sftp", "webhook", "pull"]
Format = Literal["csv", "jsonl", "parquet", "xlsx"]
Photos = Literal["none", "reference", "derivatives", "originals"]
_CRON_FIELDS = 5
_DAY_S = 24 * 3600
_NEEDED: dict[DestinationKind, tuple[str, ...]] = {
    "folder": ("folder",),
    "s3": ("endpoint", "bucket", "access_key", "secret_file"),
    "sftp": ("host", "user", "path", "key_file", "host_key"),
    "webhook": ("url", "secret_file"),
    "pull": (),
}


def _schedule(text: str) -> str:
    """Empty, or a cron expression that names one time of day."""
    fields = text.split()
    if not fields:
        return ""
    if len(fields) != _CRON_FIELDS or not all(one.isdecimal() for one in fields[:2]):
        raise ValueError(
            f"{text!r} names no single time of day: minute, hour, day, month, weekday,"
            " such as '30 2 * * *'"
        )
    # Whoever exports nothing need not load it.
    from cronsim import CronSim, CronSimError

    try:
        next(CronSim(text, datetime(2026, 1, 1)))  # A clock on the wall.
    except (CronSimError, StopIteration) as error:
        raise ValueError(f"{text!r} is no cron expression: {error}") from error
    return " ".join(fields)


class Destination(Section):
    """One place that runs go to; which members it needs depends on its ``kind``.

    ``folder`` of this machine; a bucket (``s3``); a server by ``sftp``; a ``webhook`` that is told
    where to fetch the files; ``pull``, whose files wait here to be fetched.
    """

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
    kind: DestinationKind
    schedule: Annotated[str, AfterValidator(_schedule)] = "30 2 * * *"
    """One time of a day by the clock of ``timezone`` (cron); empty: on demand only."""
    level: Annotated[int, Field(ge=1, le=3)] = 1
    """Up to which data level it gets values; what is above is masked."""
    purpose: str = ""
    """What it is for; goes into the audit and the manifest, and is demanded above level 1."""
    pseudonym_file: Path | None = None
    """The secret that people's keys are made by; without it, one of this database's own."""
    datasets: tuple[str, ...] = ()
    """Which datasets; none named means all."""
    formats: Annotated[tuple[Format, ...], Field(min_length=1)] = ("csv", "jsonl")
    csv_bom: bool = False
    """CSV begins with a byte order mark, as spreadsheets on Windows like it."""
    photos: Photos = "reference"
    accept: Literal["ack", "verified"] = "ack"
    """When a run counts as accepted: on head office's word, or once it was read back."""
    keep_days: PositiveInt = 30
    """For how long runs are kept, here and there; the newest accepted one always."""
    ack_hours: PositiveInt = 48
    """A run that waits longer for head office's word is told to the office."""
    folder: Path | None = None
    endpoint: str = ""
    bucket: str = ""
    prefix: str = ""
    region: str = "us-east-1"
    secure: bool = True
    access_key: str = ""
    secret_file: Path | None = None
    """The bucket's secret key, or what webhooks are signed with (``whsec_…``)."""
    host: str = ""
    port: Port = 22
    user: str = ""
    path: str = ""
    key_file: Path | None = None
    host_key: str = ""
    """The server's public key as ``ssh-keyscan`` prints it, without the name: it must be this."""
    url: str = ""
    link_hours: PositiveInt = 24
    """How long the links to the files open that a webhook carries."""
    timeout_s: PositiveInt = 30
    """Seconds of silence after which a try is given up."""

    @model_validator(mode="after")
    def _is_complete(self) -> Self:
        missing = [one for one in _NEEDED[self.kind] if not getattr(self, one)]
        if missing:
            raise ValueError(f"kind = {self.kind!r} also needs {', '.join(missing)}")
        if self.level > 1 and not self.purpose.strip():
            raise ValueError("level above 1 also needs purpose: what the data are for")
        if self.kind == "pull" and self.accept != "ack":
            raise ValueError("kind = 'pull' is accepted by head office only: accept = 'ack'")
        if self.kind == "pull" and "jsonl" not in self.formats:
            raise ValueError("kind = 'pull' needs 'jsonl' among its formats")
        if self.url and not (self.url.startswith("https://") or is_loopback(self.url)):
            raise ValueError("url begins with https:// (http:// only on this machine)")
        if urlsplit(self.url).username or "/" in self.endpoint:
            raise ValueError("url holds no name; endpoint is host or host:port")
        return self

    @property
    def place(self) -> str:
        """Where that is, for people; without secrets or queries."""
        return {
            "folder": str(self.folder),
            "s3": f"s3://{self.bucket}/{self.prefix} ({self.endpoint})",
            "sftp": f"sftp://{self.user}@{self.host}:{self.port}{self.path}",
            "webhook": self.url.partition("?")[0],
            "pull": "/api/v1/exports",
        }[self.kind]


class ExportSettings(Section):
    """Nightly runs, and the destinations that they go to."""

    folder: Path | None = None
    """Where runs are written, before they are kept in the photo store; by default ``exports`` in
    the data folder.  It needs room for one run a destination, and need not be shared."""
    lease_s: Annotated[int, Field(ge=2, le=_DAY_S)] = 60
    """Another process goes on with a run whose worker was silent for so long."""
    look_s: PositiveInt = 20
    """How often it is looked whether a run is due, or was acknowledged by a file."""
    late_hours: PositiveInt = 6
    """A night whose run has not arrived after so long is told to the office."""
    first_pause_s: PositiveInt = 30
    most_pause_s: Annotated[int, Field(ge=1, le=_DAY_S)] = 1800
    """The pause after a failure: it begins so and doubles up to so much."""
    destinations: tuple[Destination, ...] = ()

    @model_validator(mode="after")
    def _have_names_of_their_own(self) -> Self:
        names = [one.name for one in self.destinations]
        twice = sorted({one for one in names if names.count(one) > 1})
        if twice:
            raise ValueError(f"destinations of the same name: {', '.join(twice)}")
        return self

    def destination(self, name: str) -> Destination | None:
        """A destination by its name."""
        return next((one for one in self.destinations if one.name == name), None)
