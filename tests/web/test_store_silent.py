"""A photo store that accepts connections and then keeps silent takes no thread of anybody else."""

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.factories import enrol_tablet, found_company, on_loopback, running, sign_in

from fieldops.flow.outgoing import Source
from fieldops.store.blobs import BlobStoreDown
from fieldops.web.outflow import Outflow
from fieldops.web.outside import PATIENCE_S, Outside

_ASKERS = 40
"""More than the threads that all requests share, on any machine of the tests."""
_SOON_S = 10.0


@pytest.fixture
def silent() -> Iterator[dict[str, Any]]:
    """The settings of a bucket whose server never says a word."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listening:
        endpoint = f"127.0.0.1:{listening.getsockname()[1]}"
        keys = {"bucket": "photos", "access_key": "fieldops", "secret_key": "fieldops-secret"}
        patience = {"tries": 1, "timeout_s": 20}
        yield {"kind": "s3", "endpoint": endpoint, "secure": False, **keys, **patience}


def test_however_often_it_is_asked_whether_it_is_ready_the_server_goes_on(
    database_url: str, tmp_path: Path, silent: dict[str, Any]
):
    with running(database_url, tmp_path, blobs=silent) as server, on_loopback(server) as url:
        company = found_company(server)
        tablet = enrol_tablet(server, [company.inspector], company.site)
        desk = sign_in(server, company.supervisor)

        def ready(_: int) -> tuple[int, str]:
            answer = httpx.get(f"{url}/readyz", trust_env=False, timeout=_SOON_S)
            return answer.status_code, answer.json()["state"]

        with ThreadPoolExecutor(_ASKERS) as askers:
            found = list(askers.map(ready, range(_ASKERS)))
            assert found == [(200, "degraded")] * _ASKERS
        began_s = time.monotonic()
        op = tablet.op("feedback.record@1", nature="praise", text="谢谢")
        server.core.devices.clear()  # Whether the tablet may sync is asked anew.
        assert tablet.receipts_of([op])[0]["status"] == "applied"
        me = httpx.get(f"{url}/api/v1/me", headers=desk, trust_env=False, timeout=_SOON_S)
        assert me.status_code == 200
        assert time.monotonic() - began_s < _SOON_S


def test_one_asks_for_all_and_who_comes_late_waits_no_more():
    asyncio.run(ask_at_once())


async def ask_at_once() -> None:
    said, asked = threading.Event(), []

    def ask() -> None:
        asked.append(1)
        said.wait(30)

    outside = Outside(ask)
    assert await asyncio.gather(*(outside.store_answers() for _ in range(9))) == [False] * 9
    began_s = time.monotonic()
    assert not await outside.store_answers()
    assert time.monotonic() - began_s < PATIENCE_S / 2
    assert len(asked) == 1
    said.set()
    while not await outside.store_answers():
        await asyncio.sleep(0.01)
    outside.close()


def test_who_looks_at_a_photo_that_does_not_come_is_told_in_time():
    asyncio.run(look_in_vain())


async def look_in_vain() -> None:
    come, closed = threading.Event(), threading.Event()

    def source() -> Source:
        try:
            come.wait(30)
            yield b"bytes"
        finally:
            closed.set()

    with ThreadPoolExecutor(1) as threads:
        first, second = (Outflow(source(), threads, "photo") for _ in range(2))
        for outflow in (first, second):
            with pytest.raises(BlobStoreDown, match="nothing came"):
                await outflow.begin(0.05)
        assert threads._work_queue.qsize() <= 1, "who waited for a thread waits no more"
        come.set()
        assert await asyncio.to_thread(closed.wait, 10), "what comes too late is closed"
