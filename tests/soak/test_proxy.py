"""Behind Caddy: a server may be killed or renewed, and nobody loses anything by it."""

import contextlib
import hashlib
import http.client
import os
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import httpx
import msgspec
import pytest
from tests import servers
from tests.conftest import skips_forbidden
from tests.factories import enrol_tablet, running, sign_in
from tests.soak import aftermath
from tests.soak.company import Company, found
from tests.soak.proxied import House, proxied, until
from tests.soak.report import report
from tests.soak.tablet import Tablet
from tests.web.test_events import happen
from tests.web.test_tus import Door

from fieldops.settings import load_settings
from fieldops.store import uploads
from fieldops.web.core import now_ms

pytestmark = [
    pytest.mark.soak,
    pytest.mark.skipif(
        shutil.which("caddy") is None and not skips_forbidden(), reason="caddy is not installed"
    ),
]
TABLETS = 3
TABLES = ("audit", "blobs")
CUTS = 3
_PHOTO_BYTES = 6 * 1024 * 1024
_PIECE_BYTES = 64 * 1024
_BYTES_S = 1e6
_HEARD_S = 5.0
_REST_S = 0.5
"""Between two bouts of work: what is looked at is cuts, not load."""
_SEEN_S = 2.5
"""Caddy asks a server that was away every two seconds."""


@pytest.fixture
def given(
    postgres_database: str, s3_server: servers.Note, s3_bucket: str, tmp_path: Path
) -> dict[str, Any]:
    """What all processes share: the database, the bucket, the spool, the audit's key."""
    names = ("endpoint", "access_key", "secret_key")
    blobs = {"kind": "s3", "bucket": s3_bucket, "secure": False}
    return {
        "database_url": postgres_database,
        "spool_dir": str(tmp_path / "spool"),
        "log_level": "error",
        "audit": {"key": "ab" * 32},
        "blobs": blobs | {name: s3_server[name] for name in names},
    }


def lines(given: dict[str, Any]) -> str:
    """Settings as TOML."""
    plain = [_line(name, value) for name, value in given.items() if name not in TABLES]
    for table in TABLES:
        plain += [f"[{table}]", *(_line(name, value) for name, value in given[table].items())]
    return "\n".join(plain) + "\n"


def _line(name: str, value: object) -> str:
    return f"{name} = {msgspec.json.encode(value).decode()}"


def slowly(data: bytes) -> Iterator[bytes]:
    """A photo over a link of 1 MB a second, so that a server can be killed in its midst."""
    for start in range(0, len(data), _PIECE_BYTES):
        yield data[start : start + _PIECE_BYTES]
        time.sleep(_PIECE_BYTES / _BYTES_S)


def test_uploads_tablets_and_pages_go_on_while_servers_come_and_go(
    given: dict[str, Any], tmp_path: Path
):
    settings = load_settings(data_dir=tmp_path / "look", **given)
    company = found(settings, TABLETS)
    with ExitStack() as stack:
        house = stack.enter_context(proxied(tmp_path, lines(given)))
        trust = house.trust()
        server = stack.enter_context(
            running(given["database_url"], tmp_path / "look", now_ms, **_but_url(given))  # type: ignore[arg-type]
        )
        door = Door(server, enrol_tablet(server, [company.inspector], company.site), house.url)
        door.http = httpx.Client(trust_env=False, timeout=30, verify=trust)
        heard_s = hears(house, trust, server, company)
        tablets = _tablets(stack, tmp_path, house, trust, company)
        for tablet in tablets:
            tablet.start()
        cuts = [cut_off(house, door) for _ in range(CUTS)]
        rolled(house)
        for tablet in tablets:
            tablet.stop()
        for tablet in tablets:
            tablet.finish()
        # What the readers still write in between would be in the second answer alone.
        aftermath.await_rest(settings)
        pulls = [pulled(house.straight(name), door) for name in "ab"]
        acknowledged = [op for tablet in tablets for op in tablet.acknowledged]
        stored = [sha256 for tablet in tablets for sha256 in tablet.stored]
        recorded = {op for tablet in tablets for op in tablet.recorded}
        missed = sum(tablet.errors for tablet in tablets)
    faults, lost = aftermath.faults(settings, acknowledged), aftermath.lost_photos(settings, stored)
    report(
        f"behind Caddy: kill -9 cut {len(cuts)} uploads of {_PHOTO_BYTES >> 20} MiB; they"
        f" went on over the other server within {max(cuts):.1f} s"
    )
    report(
        f"behind Caddy: {len(acknowledged):,} ops and {len(stored):,} photos of {TABLETS} tablets,"
        f" {missed} syncs tried again, lost {len(lost)}, faults {len(faults)}; an event was heard"
        f" after {heard_s:.2f} s; {len(pulls[0]):,} changes pulled alike from both"
    )
    assert faults == []
    assert lost == []
    assert set(acknowledged) == recorded
    assert pulls[0] == pulls[1]
    assert heard_s < _HEARD_S


def _but_url(given: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in given.items() if name != "database_url"}


def _tablets(
    stack: ExitStack, folder: Path, house: House, trust: Any, company: Company
) -> list[Tablet]:
    made = []
    for number in range(TABLETS):
        way = httpx.HTTPTransport(verify=trust)
        made.append(Tablet(folder / f"tablet-{number}", house.url, company, number, way, _REST_S))
        stack.callback(made[-1].close)
    return made


def hears(house: House, trust: Any, server: Any, company: Company) -> float:
    """How long after a change a page behind Caddy hears of it, s."""
    parts = urlsplit(house.url)
    wire = http.client.HTTPSConnection(parts.hostname or "", parts.port, timeout=20, context=trust)
    wire.request("GET", "/api/v1/events", headers=sign_in(server, company.inspector))
    answer = wire.getresponse()
    assert answer.status == 200
    # The first words come at once, though nothing has happened yet.
    assert answer.readline().startswith(b"retry:")
    began = time.monotonic()
    happen(server, company.site, "新区域")
    while not answer.readline().startswith(b"event: change"):
        assert time.monotonic() < began + 20
    heard_s = time.monotonic() - began
    wire.close()
    return heard_s


def cut_off(house: House, door: Door) -> float:
    """Kill the server that takes an upload, in the midst of it.

    How long it took until the rest had gone over the other one, s.
    """
    data = os.urandom(_PHOTO_BYTES)
    path = urlsplit(door.create(data).headers["location"]).path
    url, upload = f"{house.url}{path}", path.rpartition("/")[2]
    answers: list[int] = []

    def send() -> None:
        given = {"content_length": str(len(data))}
        with contextlib.suppress(httpx.TransportError):
            answers.append(door.patch(url, 0, slowly(data), **given).status_code)

    thread = threading.Thread(target=send)
    thread.start()
    until(lambda: house.holder(UUID(upload).hex) != "", "a server takes the upload")
    until(lambda: _acknowledged(door, upload) > 0, "it has acknowledged some of it")
    name = house.holder(UUID(upload).hex)
    house.kill(name)
    thread.join(60)
    assert answers != [204]
    began = time.monotonic()
    offset = go_on(door, url, data)
    took_s = time.monotonic() - began
    assert 0 < offset < len(data)
    until(lambda: door.status(data) == ["stored"], "it is stored")
    assert door.stored(data)
    house.start(name)
    time.sleep(_SEEN_S)
    return took_s


def _acknowledged(door: Door, upload: str) -> int:
    row = door.server.look(lambda s: uploads.get(s, UUID(upload)))
    return 0 if row is None else row.offset_bytes


def go_on(door: Door, url: str, data: bytes) -> int:
    """Send the rest as tablets do, again and again; where it went on."""
    end = time.monotonic() + 60
    while True:
        with contextlib.suppress(httpx.TransportError):
            offset = door.offset(url)
            if offset == len(data) or door.patch(url, offset, data[offset:]).status_code == 204:
                return offset
        assert time.monotonic() < end
        time.sleep(0.2)


def rolled(house: House) -> None:
    """A new version comes: one server after the other; somebody always answers."""
    over, silent = threading.Event(), []

    def look() -> None:
        with httpx.Client(trust_env=False, timeout=15, verify=house.trust()) as client:
            while not over.wait(0.05):
                status = client.get(f"{house.url}/healthz").status_code
                silent.extend([] if status == 200 else [status])

    thread = threading.Thread(target=look)
    thread.start()
    for name in "ab":
        house.roll(name)
        time.sleep(_SEEN_S)
    over.set()
    thread.join(30)
    assert silent == []


def pulled(url: str, door: Door) -> list[str]:
    """Everything that one server gives a new tablet, as hashes."""
    changes, cursor, more = [], None, True
    with httpx.Client(trust_env=False, timeout=30) as client:
        headers = {"authorization": f"Bearer {door.tablet.token}"}
        while more:
            answer = client.post(f"{url}/sync/v1/pull", json={"cursor": cursor}, headers=headers)
            assert answer.status_code == 200, answer.text
            page = answer.json()
            changes += [hashlib.sha256(msgspec.json.encode(c)).hexdigest() for c in page["changes"]]
            cursor, more = page["cursor"], page["more"]
    return changes
