"""Many tablets at once, as at 18:00, beside the same tablets one after another."""

import asyncio
import itertools
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from msgspec import Struct

from bench import ops
from bench.company import found
from bench.databases import Engine, fresh
from bench.plan import Plan
from bench.rows import Aim, Row, Sample, row
from bench.server import HOST, Running, serving
from bench.tablet import NotAsWanted, Tablet, applied

_ANSWER_BYTES_MAX = 4 * 1024 * 1024
_AT_ONCE = Aim("ops per second, all at once", "the same one after another", "at least", 0.8)
_SLOWEST = Aim("s until the slowest has its answer", "the median tablet", "at most", 2.0)


class Request(Struct, frozen=True):
    """One tablet's whole push as it goes over the wire, and how many ops it holds."""

    wire: bytes
    ops: int


def measure_tablets(name: str, engine: Engine, plan: Plan, folder: Path) -> list[Row]:
    """Push from all tablets at once and in turn.  Raises ``NotAsWanted`` at the first error."""
    throughput, slowest = [], []
    with fresh(engine, folder) as database:
        company = found(database.url, plan.tablets)
        with serving(database, folder) as server:
            tablets = [Tablet(server.port, company, code) for code in company.codes]
            asyncio.run(_in_turn(server, _requests(tablets[:2], plan.tablet_ops)))
            for _ in range(plan.runs):
                in_turn = asyncio.run(_in_turn(server, _requests(tablets, plan.tablet_ops)))
                times = asyncio.run(_at_once(server, _requests(tablets, plan.tablet_ops)))
                count = plan.tablets * plan.tablet_ops
                rss_mb = server.rss_mb()
                throughput.append(Sample(count / max(times), count / sum(in_turn), rss_mb))
                slowest.append(Sample(max(times), median(times), rss_mb))
    return [row(name, _AT_ONCE, throughput), row(f"{name}-slowest", _SLOWEST, slowest)]


def _requests(tablets: Sequence[Tablet], count: int) -> list[Request]:
    """Everybody's next walk, packed beforehand: the client's work must not slow the server."""
    made = []
    for tablet in tablets:
        (walk,) = tablet.begin(1)
        raws = list(itertools.islice(ops.results(walk, tablet.seqs), count))
        made.append(Request(_wire(tablet, tablet.body(raws)), count))
        tablet.close()
    return made


def _wire(tablet: Tablet, body: bytes) -> bytes:
    headers = tablet.headers() | {"host": HOST, "content-length": str(len(body))}
    lines = ["POST /sync/v1/push HTTP/1.1", *(f"{key}: {text}" for key, text in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode() + body


async def _in_turn(server: Running, requests: Sequence[Request]) -> list[float]:
    return [await _send(server, request) for request in requests]


async def _at_once(server: Running, requests: Sequence[Request]) -> list[float]:
    return await asyncio.gather(*(_send(server, request) for request in requests))


async def _send(server: Running, request: Request) -> float:
    """Connect, push, read the answer; the seconds that took."""
    began_s = time.perf_counter()
    reader, writer = await asyncio.open_connection(HOST, server.port, limit=_ANSWER_BYTES_MAX)
    writer.write(request.wire)
    head = await reader.readuntil(b"\r\n\r\n")
    answer = await reader.readexactly(_length(head))
    took_s = time.perf_counter() - began_s
    writer.close()
    applied(answer, request.ops)
    return took_s


def _length(head: bytes) -> int:
    """The length of a good answer's body."""
    status, *lines = head.decode("latin-1").split("\r\n")
    if " 200 " not in f"{status} ":
        raise NotAsWanted(f"push: {status}")
    fields = dict(line.lower().split(": ", 1) for line in lines if line)
    return int(fields["content-length"])
