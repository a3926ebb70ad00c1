"""How a reader of the log hands in what it found: to the database itself, or to the server.

On PostgreSQL the worker writes by itself.  On SQLite only the server process writes all day, so the
worker sends the same values to it over a local socket, and the server calls the same function
(``react.take``).  Every value may be sent again after a lost answer: the cursor is compared first.
"""

import secrets
import time
from pathlib import Path
from typing import Literal, Protocol
from uuid import UUID

import msgspec
import urllib3
from msgspec import Raw, Struct, field

from fieldops.flow.alarmwork import Tell
from fieldops.flow.auditwork import Chain, Vouch
from fieldops.flow.carework import CareRequest
from fieldops.flow.courierwork import Settle
from fieldops.flow.exportwork import ExportRequest
from fieldops.flow.letterwork import Posted, Write
from fieldops.flow.reportwork import ReportRequest
from fieldops.flow.troublework import JobFailed, JobWorks
from fieldops.model.finding import Score
from fieldops.model.plugin import DataLevel, HookMeasure, PluginCard, PluginFault, Widget
from fieldops.model.walked import Requalified, Walked
from fieldops.store.judged import Move
from fieldops.store.pictures import PictureRow
from fieldops.store.sightings import Sighting
from fieldops.store.walks import Walk

PATH = "/internal/handin"
"""Where the server takes hand-ins: POST a ``HandinRequest`` in JSON, get a ``HandinAnswer``."""
DOOR_FILE = "handin.json"
_TRIES = 5
_PAUSE_S = 0.2
"""Between tries it doubles, so five of them take three seconds."""
_TIMEOUT_S = 60


class Scored(Struct, frozen=True, omit_defaults=True):
    """What a reader makes of an inspection's score; ``cause`` is the change that it follows from.

    ``unchecked`` marks that the reader could not judge it; else such a mark of its own goes.
    """

    inspection: UUID
    site: UUID
    cause: UUID
    score: Score | None = None
    unchecked: bool = False


class Advance(Struct, frozen=True, tag="advance", omit_defaults=True):
    """Move a reader from one position to another, with what it found, in one transaction.

    ``failed`` says that the change behind ``to`` could not be worked on: an attempt is counted, and
    after ``tries`` attempts the reader is parked.  ``faults`` are kept for people to see.
    ``rejudged`` are sites whose photos are judged again: all stand where they stood, or nothing is
    kept.  ``walks`` are those that a plugin has judged which looks back at earlier ones.
    ``measures`` is what its hooks have cost on the way.  ``version`` is that of the plugin which
    judged: nothing is kept once another one has come, which judges the same anew.  ``walked`` and
    ``requalified`` are walks whose rounds and marks are to be brought up to date.
    """

    reader: str
    from_: int = field(name="from")
    to: int
    ops: list[Raw] = []
    scores: tuple[Scored, ...] = ()
    faults: tuple[PluginFault, ...] = ()
    failed: bool = False
    tries: int = 3
    pictures: tuple[PictureRow, ...] = ()
    sightings: tuple[Sighting, ...] = ()
    rejudged: tuple[Move, ...] = ()
    walks: tuple[Walk, ...] = ()
    measures: dict[str, HookMeasure] = {}
    walked: tuple[Walked, ...] = ()
    requalified: tuple[Requalified, ...] = ()
    version: str = ""


class Introduce(Struct, frozen=True, tag="introduce", omit_defaults=True):
    """What the probe found, at the start of a worker.  Without ``card`` the plugin is off.

    A plugin that has come in another version reads the changes of ``again_days`` days once more.
    ``levels`` are the data levels that it declares, by checklist key and item key; ``widget`` is
    what the console shows for it.
    """

    reader: str
    card: PluginCard | None = None
    faults: tuple[PluginFault, ...] = ()
    again_days: int = 0
    levels: dict[str, dict[str, DataLevel]] = {}
    widget: Widget | None = None


class Sweep(Struct, frozen=True, tag="sweep"):
    """Do the periodic work: what was held too long is settled."""


class Release(Struct, frozen=True, tag="release"):
    """Release the next of the held ops whose needs have come."""


class Due(Struct, frozen=True, tag="due"):
    """Let time act on what is due."""


HandinRequest = (
    Advance
    | Introduce
    | Sweep
    | Release
    | Due
    | Settle
    | Write
    | Posted
    | ExportRequest
    | ReportRequest
    | Chain
    | Vouch
    | CareRequest
    | JobFailed
    | JobWorks
    | Tell
)


class HandinAnswer(Struct, frozen=True):
    """Where the reader stands now.  ``moved`` is False if it stood elsewhere: nothing was kept.

    For a sweep, a release, what was due, alarms and the audit's chain, ``position`` counts what was
    settled; care is told the ``hashes`` that it concerned.
    """

    moved: bool
    position: int
    state: Literal["running", "waiting", "parked", "off"] = "running"
    hashes: list[str] = []


read_request = msgspec.json.Decoder(HandinRequest).decode
read_answer = msgspec.json.Decoder(HandinAnswer).decode


class HandinDown(Exception):
    """The server cannot be reached or cannot do it now; the same may be handed in later."""


class Handin(Protocol):
    """Hands in; raises ``HandinDown`` or ``StoreBusy`` if it is to be tried again later."""

    def __call__(self, request: HandinRequest) -> HandinAnswer:
        """Hand in one value and wait until it is committed."""
        ...


class Door(Struct, frozen=True):
    """Where the server listens for hand-ins, and the secret that opens it."""

    url: str
    secret: str


def open_door(data_dir: Path, url: str) -> Door:
    """Called by the server when it listens at ``url``: leaves word for workers of this machine.

    The file can be read by this account alone.  A new secret is drawn each time.
    """
    door = Door(url, secrets.token_urlsafe(32))
    data_dir.mkdir(parents=True, exist_ok=True)
    part = data_dir / f"{DOOR_FILE}.part"
    part.unlink(missing_ok=True)
    part.touch(mode=0o600)
    part.write_bytes(msgspec.json.encode(door))
    part.replace(data_dir / DOOR_FILE)
    return door


def opens(door: Door, authorization: str) -> bool:
    """Whether an ``Authorization`` header shows the secret."""
    return secrets.compare_digest(authorization.encode(), f"Bearer {door.secret}".encode())


class HttpHandin:
    """Hands in to the server of this machine, through the door that it opened."""

    def __init__(self, data_dir: Path, tries: int = _TRIES) -> None:
        self._file = data_dir / DOOR_FILE
        self._tries = tries
        self._pool = urllib3.PoolManager(retries=False, timeout=_TIMEOUT_S)

    def __call__(self, request: HandinRequest) -> HandinAnswer:
        """Hand in, with a few tries; the door is looked up anew, since servers start again."""
        body, pause_s, why = msgspec.json.encode(request), _PAUSE_S, "the server has opened no door"
        for attempt in range(self._tries):
            if attempt:
                time.sleep(pause_s)
                pause_s *= 2
            try:
                return self._send(body)
            except FileNotFoundError:
                continue
            except (urllib3.exceptions.HTTPError, msgspec.MsgspecError) as error:
                why = type(error).__name__
            except HandinDown as down:
                why = str(down)
        raise HandinDown(why)

    def _send(self, body: bytes) -> HandinAnswer:
        door = msgspec.json.decode(self._file.read_bytes(), type=Door)
        headers = {"Authorization": f"Bearer {door.secret}", "Content-Type": "application/json"}
        answer = self._pool.request("POST", door.url + PATH, body=body, headers=headers)
        if answer.status != 200:
            raise HandinDown(f"the server answers {answer.status}")
        return read_answer(answer.data)
