"""A process to be cut from its power: pushes batches as fast as it can and says what was committed.

Run as a program: ``powerloss_writer.py URL [SYNCHRONOUS]``, with a JSON line of (company, device)
on standard input; without SYNCHRONOUS the database is opened as the product opens it.  It prints
the ids of a batch in one line, only after the push was acknowledged.
"""

import sys
import threading
import time
from functools import partial
from uuid import UUID, uuid4

import msgspec
from sqlmodel import Session
from tests.soak.company import Company
from tests.soak.ops import result_op

from fieldops.flow.decode import decode_all
from fieldops.flow.push import Batch, push
from fieldops.store.engine import Store, open_store
from fieldops_sync.ids import uuid7
from fieldops_sync.wire import Limits, Receipt

THREADS = 2
OPS = 3
_LIMITS = Limits(device_ops_per_day=10**9)
_RESULT_S = 30


class Orders(msgspec.Struct):
    """Whom to write for."""

    company: Company
    device: UUID


def main(url: str, synchronous: str = "") -> None:
    """Write until the power goes."""
    orders = msgspec.json.decode(sys.stdin.readline(), type=Orders)
    store = open_store(url, synchronous) if synchronous else open_store(url)
    threads = [threading.Thread(target=_write, args=(store, orders)) for _ in range(THREADS)]
    for thread in threads:
        thread.start()


def _write(store: Store, orders: Orders) -> None:
    incarnation, seq = uuid4(), 0
    while True:
        walk = uuid7()
        ops = [result_op(orders.company, walk, f"item-{n}", seq + n + 1) for n in range(OPS)]
        seq += OPS
        batch = Batch(incarnation, decode_all([msgspec.json.encode(op) for op in ops]))
        now_ms = time.time_ns() // 1_000_000
        job = partial(_push, device=orders.device, batch=batch, now_ms=now_ms)
        receipts = store.write(job, OPS).result(_RESULT_S)
        sys.stdout.write(" ".join(str(one.id) for one in receipts if one.custody) + "\n")
        sys.stdout.flush()


def _push(session: Session, device: UUID, batch: Batch, now_ms: int) -> list[Receipt]:
    return push(session, device, batch, _LIMITS, now_ms).receipts


if __name__ == "__main__":
    main(*sys.argv[1:])
