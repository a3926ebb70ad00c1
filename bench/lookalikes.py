"""Looking up near-duplicates among a million pictures, and among ten thousand beside it."""

import os
import random
import time
from contextlib import ExitStack
from pathlib import Path
from statistics import median

import psutil
from sqlalchemy import text
from sqlmodel import Session

from bench.databases import Engine, fresh
from bench.plan import Plan
from bench.rows import Aim, Row, Sample, row
from fieldops.store import batch, lookalikes, schema
from fieldops.store.engine import Store, open_store
from fieldops.store.pgbinary import copy_data
from fieldops.store.pictures import bands, signed

_NEAR = Aim("ms a look-up among a million pictures", "the 10 ms that it may take", "at most", 1.0)
_GROWTH = Aim("ms a look-up", "the same among ten thousand pictures", "at least", 0.0)
_MAY_TAKE_MS = 10.0
"""Looking at the picture itself, before, takes more than 100 ms."""
_PART = 50_000
_LOOKS = 200
_NAMES = "sha256, facts, dhash, band0, band1, band2, thumb_bytes, view_bytes, looked_ms"
_TYPES = ("bytea", "bytea", "int8", "int4", "int4", "int4", "int4", "int4", "int8")


def measure_lookalikes(name: str, engine: Engine, plan: Plan, folder: Path) -> list[Row]:
    """Look up in turns in two databases that differ in the number of pictures only.

    Hashes are random, each is looked up with its real neighbours, of which there are some; what a
    look-up finds is checked against what it was filled with.
    """
    with ExitStack() as stack:
        short, long = (
            stack.enter_context(_Album(stack, engine, folder, count))
            for count in (plan.log_short, plan.log_long)
        )
        samples, growths = [], []
        for _ in range(plan.runs):
            pairs = [(long.look_ms(), short.look_ms()) for _ in range(min(_LOOKS, 10 * plan.pulls))]
            longs, shorts = zip(*pairs, strict=True)
            samples.append(Sample(median(longs), _MAY_TAKE_MS, _rss_mb()))
            growths.append(Sample(median(longs), median(shorts), _rss_mb()))
    return [row(name, _NEAR, samples), row(f"{name}-growth", _GROWTH, growths)]


class _Album:
    """A database of ``count`` pictures, opened to be asked."""

    def __init__(self, stack: ExitStack, engine: Engine, folder: Path, count: int) -> None:
        self._draw = random.Random(count)
        self._store = open_store(stack.enter_context(fresh(engine, folder)).url)
        schema.prepare(self._store)
        self._hashes = [self._draw.getrandbits(64) for _ in range(count)]
        _fill(self._store, self._hashes)

    def __enter__(self) -> "_Album":
        return self

    def __exit__(self, *_why: object) -> None:
        self._store.close()

    def look_ms(self) -> float:
        """The time of one look-up, of a picture up to eight bits from one that is there."""
        number = self._draw.randrange(len(self._hashes))
        places = self._draw.sample(range(64), self._draw.randrange(9))
        wanted = self._hashes[number] ^ sum(1 << place for place in places)
        with self._store.read() as session:
            session.connection()
            began_s = time.perf_counter()
            found = lookalikes.near(session, f"{wanted:016x}")
            took_s = time.perf_counter() - began_s
        assert found[_sha256(number)] == len(places), "the look-up misses a picture"
        return took_s * 1000


def _fill(store: Store, hashes: list[int]) -> None:
    for start in range(0, len(hashes), _PART):
        rows = [_row(at, hashes[at]) for at in range(start, min(start + _PART, len(hashes)))]
        store.write(lambda session, rows=rows: _insert(session, rows)).result()  # type: ignore[misc]
    if store.dialect == "postgresql":  # as autovacuum does soon after
        store.write(lambda session: session.execute(text("ANALYZE picture"))).result()


def _row(number: int, dhash: int) -> tuple[object, ...]:
    number_signed = signed(f"{dhash:016x}")
    return (_sha256(number), b"{}", number_signed, *bands(number_signed), 0, 0, 0)


def _insert(session: Session, rows: list[tuple[object, ...]]) -> None:
    run = batch.cursor(session)
    if batch.is_postgres(session):
        with run.copy(f"COPY picture ({_NAMES}) FROM STDIN (FORMAT BINARY)") as copy:
            copy.write(copy_data(_TYPES, list(zip(*rows, strict=True))))
        return
    marks = ", ".join("?" * len(_TYPES))
    run.executemany(f"INSERT INTO picture ({_NAMES}) VALUES ({marks})", rows)


def _sha256(number: int) -> bytes:
    return number.to_bytes(32, "big")


def _rss_mb() -> float:
    return float(psutil.Process(os.getpid()).memory_info().rss) / 1e6
