"""A long history in little time: results of walks, written by the column.

What ``fill`` takes through op, record and receipt is here one text with its ids put in (a million
in 26 CPU-seconds), and the product's own inserts: the rows of ledger, record and log are the same,
in runs as pushes leave them.  Only ids are drawn and not derived, and the hashes are noise.
"""

import os
import time
from collections.abc import Iterator, Sequence
from itertools import count
from uuid import UUID

import msgspec
import psycopg
from msgspec import Struct
from sqlmodel import Session

from bench import ops
from bench.company import Company, do
from fieldops.store import batch
from fieldops.store.engine import open_store
from fieldops.store.runs import RUN_MAX

_WALKS = 50
"""Walks that one transaction takes in."""
_ID_BYTES = 16
_BEFORE_ID = b'{"id":"'
_BEFORE_SUBJECT = b'"subject":{"kind":"result","id":"'
_MARK = "00000000-0000-4000-8000-00000000000"


class _Text(Struct, frozen=True):
    """The op of one item: what stands before its ids, between and behind them; its outcome."""

    parts: list[bytes]
    outcome: str

    def of(self, op: bytes, subject: bytes, walk: bytes, site: bytes) -> bytes:
        """The op with these ids, each as text."""
        a, b, c, d, e = self.parts
        return b"".join((a, op, b, subject, c, site, d, walk, e))


def bulk(url: str, company: Company, sites: Sequence[UUID], results: int) -> None:
    """Add so many results, a multiple of ``ops.ITEMS``, in walks of the sites in turn."""
    texts = _texts(company)
    store = open_store(url, synchronous="OFF")
    try:
        for first in range(0, results // ops.ITEMS, _WALKS):
            last = min(first + _WALKS, results // ops.ITEMS)
            mine = [sites[number % len(sites)] for number in range(first, last)]
            do(store, lambda session, mine=mine: _write(session, mine, texts))  # type: ignore[misc]
    finally:
        store.close()
    if url.startswith("postgresql"):  # as autovacuum does soon after, while others measure
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("VACUUM (ANALYZE)")


def _texts(company: Company) -> list[_Text]:
    """The ops of a walk, cut where their ids stand."""
    subject, site, walk = (UUID(f"{_MARK}{number}") for number in (1, 2, 3))
    template = ops.Walk(walk, site, company.inspector, company.definition)
    made = []
    for raw, _ in zip(ops.results(template, count(1)), range(ops.ITEMS), strict=False):
        before, rest = raw[: len(_BEFORE_ID)], raw[len(_BEFORE_ID) + 36 :]
        at = rest.index(_BEFORE_SUBJECT) + len(_BEFORE_SUBJECT)
        rest = rest[:at] + str(subject).encode() + rest[at + 36 :]
        parts = [before]
        for id_ in (subject, site, walk):
            found, rest = rest.split(str(id_).encode(), 1)
            parts.append(found)
        made.append(_Text([*parts, rest], msgspec.json.decode(raw)["payload"]["outcome"]))
    return made


def _write(session: Session, sites: Sequence[UUID], texts: Sequence[_Text]) -> None:
    size = len(texts)
    rows = len(sites) * size
    stamp = (time.time_ns() // 1_000_000).to_bytes(6, "big")
    op_ids = sorted(_ids(rows, stamp))
    subjects = list(_ids(rows, b""))
    walks = list(_ids(len(sites), stamp))
    parents = [one for one in walks for _ in texts]
    feeds = [one.bytes for one in sites for _ in texts]
    raws = [
        texts[at % size].of(*map(_text, (op, subject, parent, feed)))
        for at, (op, subject, parent, feed) in enumerate(
            zip(op_ids, subjects, parents, feeds, strict=True)
        )
    ]
    now_ms = time.time_ns() // 1_000_000
    batch.insert_ledger(
        session,
        {
            "op_id": op_ids, "hash": [one * 2 for one in subjects], "source": [0] * rows,
            "seq": list(range(1, rows + 1)), "subject": subjects, "status": ["applied"] * rows,
            "revision": [1] * rows, "detail": [None] * rows, "received_ms": [now_ms] * rows,
            "occurred_ms": [now_ms - at for at in range(rows)], "raw": raws,
        },
    )  # fmt: skip
    outcomes = [one.outcome for _ in sites for one in texts]
    ordered = sorted(zip(subjects, feeds, parents, op_ids, outcomes, strict=True))
    ids, feeds_, parents_, changes, states = (list(one) for one in zip(*ordered, strict=True))
    batch.insert_records(
        session,
        {
            "id": ids, "kind": ["result"] * rows, "feed": feeds_, "parent": parents_,
            "state": states, "heads": changes, "revision": [1] * rows,
            "change": changes, "body": [None] * rows, "conflict": [None] * rows,
        },
    )  # fmt: skip
    first = batch.draw_positions(session, rows)
    batch.insert_log(session, list(_log(first, sites, subjects, op_ids, size)))


def _log(
    first: int, sites: Sequence[UUID], subjects: list[bytes], ops_: list[bytes], size: int
) -> Iterator[tuple[int, bytes, str, bytes, bytes]]:
    for number, site in enumerate(sites):
        for at in range(number * size, (number + 1) * size, RUN_MAX):
            end = min(at + RUN_MAX, (number + 1) * size)
            run = b"".join(subjects[at:end]), b"".join(ops_[at:end])
            yield (first + end - 1, site.bytes, "result", *run)


def _ids(many: int, stamp: bytes) -> Iterator[bytes]:
    drawn = os.urandom(many * _ID_BYTES)
    for at in range(0, many * _ID_BYTES, _ID_BYTES):
        yield (stamp + drawn[at : at + _ID_BYTES])[:_ID_BYTES]


def _text(raw: bytes) -> bytes:
    h = raw.hex().encode()
    return b"-".join((h[:8], h[8:12], h[12:16], h[16:20], h[20:]))
