"""Filling a database fast, by the product's own statements, in the shape that pushes leave."""

import itertools
from collections.abc import Iterator, Sequence
from uuid import UUID

from sqlmodel import Session

from bench import ops
from bench.company import Company, do
from fieldops.flow.decode import decode
from fieldops.model.change import Change
from fieldops.model.record import Applied, Decoded, State
from fieldops.store import ledger, log, records
from fieldops.store.engine import open_store
from fieldops.web.core import now_ms
from fieldops_sync.ids import uuid7
from fieldops_sync.wire import Receipt

_JOB = 5000
"""Rows a transaction."""


def fill(url: str, company: Company, sites: Sequence[UUID], count: int) -> None:
    """Add ``count`` results in walks of the sites in turn: op, record and log row for each."""
    store = open_store(url)
    made = _results(company, itertools.cycle(sites))
    try:
        for done in range(0, count, _JOB):
            part = list(itertools.islice(made, min(_JOB, count - done)))
            do(store, lambda session, part=part: _write(session, part))  # type: ignore[misc]
    finally:
        store.close()


def _write(session: Session, made: list[Applied]) -> None:
    states = [one.state for one in made]
    ledger.append(session, made, 0, now_ms())
    records.add(session, states)
    changes = [Change(one.feed, one.kind, one.id, one.change) for one in states]
    # Sites in turn, as if all their tablets pushed at once: a row of the log for each change.
    log.append(session, [one for turn in range(ops.ITEMS) for one in changes[turn :: ops.ITEMS]])


def _results(company: Company, sites: Iterator[UUID]) -> Iterator[Applied]:
    """What pushed results leave."""
    for site in sites:
        walk = ops.Walk(uuid7(), site, company.inspector, company.definition)
        for raw in itertools.islice(ops.results(walk, itertools.count(1)), ops.ITEMS):
            yield _applied(raw, walk)


def _applied(raw: bytes, walk: ops.Walk) -> Applied:
    decoded = decode(raw)
    assert isinstance(decoded, Decoded), "the benchmark made an op that cannot be read"
    op = decoded.op
    state = State(
        id=op.subject.id,
        kind="result",
        feed=walk.site,
        parent=walk.inspection,
        state="recorded",
        heads=(op.id,),
        revision=1,
        change=op.id,
        body={},
        as_sent=True,
    )
    return Applied(decoded, state, Receipt(op.id, "applied", True, 1))
