"""A history for desks to ask about: results of walks at ten sites, by the product's ``apply``.

many walks at a time ─ results · what was said and disputed · findings ─ apply ─→ History
"""

import time
from collections.abc import Iterator
from functools import partial
from itertools import count, islice
from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlalchemy import text
from sqlmodel import Session

from bench import ops
from bench.company import Company, do, found
from fieldops.flow.apply import apply
from fieldops.flow.decode import decode, decode_all
from fieldops.flow.enter import desk_op, server_op
from fieldops.model.record import Decoded, Ready
from fieldops.store.engine import open_store
from fieldops_sync.ids import result_id, uuid7

SITES = 10
_OPEN = 20
"""So many of the newest walks wait for review, have open findings and a conflict: what is under
way does not grow with history."""
_STEP_MS = 600_000
_SHORT_WALK = 60
"""Results of every walk but the newest, which has ``ops.ITEMS``: a walk has 60 to 400 (domain.md).
With short ones the first page of a list is as full on a short history as on a long one."""
_AT_ONCE = 60
"""Walks that one transaction takes in."""
_Subject = tuple[str, UUID]
_Said = tuple[str, _Subject, dict[str, Any]]


class History(Struct, frozen=True):
    """What the questions name: the newest walk of a site, a result of it that is in conflict."""

    url: str
    company: Company
    walk: UUID
    disputed: UUID
    now_ms: int

    @property
    def site(self) -> UUID:
        """The site that most questions are about."""
        return self.company.sites[0]


def fill(url: str, results: int) -> History:
    """Found a company in an empty database and give it a history of so many results."""
    company = found(url, sites=SITES, mine=SITES)
    count_ = 1 + max(0, results - ops.ITEMS) // _SHORT_WALK
    walks = [_walk(company, number) for number in reversed(range(count_))]
    now_ms = time.time_ns() // 1_000_000
    store = open_store(url, synchronous="OFF")
    try:
        for start in range(0, len(walks), _AT_ONCE):
            part = list(enumerate(walks, 1 - len(walks)))[start : start + _AT_ONCE]
            do(store, partial(_write, part=part, now_ms=now_ms))
        if store.dialect == "postgresql":  # as autovacuum does soon after
            do(store, lambda session: session.execute(text("ANALYZE")))
    finally:
        store.close()
    last = walks[-1]
    return History(url, company, last.inspection, _disputed(last), now_ms)


def _walk(company: Company, left: int) -> ops.Walk:
    """Every other walk is of the first site."""
    site = company.sites[0 if left % 2 == 0 else 1 + left // 2 % (SITES - 1)]
    return ops.Walk(uuid7(), site, company.inspector, company.definition)


def _disputed(walk: ops.Walk) -> UUID:
    return result_id(walk.inspection, ops.item_key(0), "")


def _write(session: Session, part: list[tuple[int, ops.Walk]], now_ms: int) -> None:
    """Some walks, each numbered from the newest, which is 0, backwards."""
    sent: list[bytes] = []
    made: list[bytes] = []
    found_: list[bytes] = []
    at_ms = now_ms + part[0][0] * _STEP_MS
    for number, walk in part:
        seqs = count((number + 10_000_000) * 1000)
        began = ops.start(walk, next(seqs))
        sent += [began, *islice(ops.results(walk, seqs), _SHORT_WALK if number else ops.ITEMS)]
        made += _said(walk, began, at_ms, number > -_OPEN)
        found_ += _findings(walk, at_ms, number > -_OPEN)
    for raws in (sent, made, found_):
        decoded = decode_all(raws)
        ready = [Ready(one) for one in decoded if isinstance(one, Decoded)]
        assert len(ready) == len(raws), "the benchmark made an op that cannot be read"
        assert len(apply(session, ready, 0, at_ms).applied) == len(raws)


def _said(walk: ops.Walk, began: bytes, at_ms: int, is_under_way: bool) -> Iterator[bytes]:
    """What a resident said of it; the newest are submitted, and one of their results disputed."""
    said: list[_Said] = [
        ("feedback.record@1", ("feedback", uuid7()), {"nature": "praise", "text": "干净"})
    ]
    if is_under_way:
        fields = {"inspection": walk.inspection, "item": ops.item_key(0), "outcome": "fail"}
        said += [("inspection.submit@1", ("inspection", walk.inspection), {})]
        said += [("result.record@1", ("result", _disputed(walk)), fields)]
    for kind, subject, payload in said:
        base = [decode(began).id] if subject[0] == "inspection" else []
        yield desk_op(kind, subject, walk.site, walk.actor, payload, at_ms, base)


def _findings(walk: ops.Walk, at_ms: int, is_open: bool) -> Iterator[bytes]:
    """What a plugin found at it, and took back of the older ones."""
    subject = ("finding", uuid7())
    payload = {
        "rule": "dirty",
        "severity": "minor",
        "titles": {"zh-CN": "地面有污渍", "en": "Stains"},
        "plugin": "bench",
        "plugin_version": "1",
        "inspection": str(walk.inspection),
        "item": ops.item_key(0),
        "deadline": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at_ms / 1000)),
    }
    yield server_op("finding.raise@1", subject, walk.site, "bench", payload)
    if not is_open:
        why = {"reason": "x", "plugin": "bench", "plugin_version": "1"}
        yield server_op("finding.withdraw@1", subject, walk.site, "bench", why)
