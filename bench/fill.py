"""Filling a database fast, by the product's own statements, in the shape that pushes leave."""

import itertools
from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

import msgspec
from sqlmodel import Session

from bench import ops
from bench.company import Company, do
from fieldops.model.change import Change
from fieldops.model.record import State
from fieldops.store import log, records
from fieldops.store.engine import open_store
from fieldops_sync.ids import uuid7

_JOB = 5000
"""Rows a transaction."""


def fill(url: str, company: Company, sites: Sequence[UUID], count: int) -> None:
    """Add ``count`` results in walks of the sites in turn: a record and a log row each."""
    store = open_store(url)
    made = _results(company, itertools.cycle(sites))
    try:
        for done in range(0, count, _JOB):
            part = list(itertools.islice(made, min(_JOB, count - done)))
            do(store, lambda session, part=part: _write(session, part))  # type: ignore[misc]
    finally:
        store.close()


def _write(session: Session, states: list[State]) -> None:
    records.put(session, states)
    changes = [Change(one.feed, one.kind, one.id, one.change) for one in states]
    # Sites in turn, as if all their tablets pushed at once: a row of the log for each change.
    log.append(session, [one for turn in range(ops.ITEMS) for one in changes[turn :: ops.ITEMS]])


def _results(company: Company, sites: Iterator[UUID]) -> Iterator[State]:
    """The states that pushed results would have."""
    for site in sites:
        walk = ops.Walk(uuid7(), site, company.inspector, company.definition)
        for raw in itertools.islice(ops.results(walk, itertools.count(1)), ops.ITEMS):
            yield _state(msgspec.json.decode(raw), walk)


def _state(op: dict[str, Any], walk: ops.Walk) -> State:
    body = {name: op["payload"][name] for name in ("item", "value", "outcome", "note")}
    body |= {"by": op["actor"], "at": op["at"]["wall"], "def": op["def"]}
    change = UUID(op["id"])
    return State(
        id=UUID(op["subject"]["id"]),
        kind="result",
        feed=walk.site,
        parent=walk.inspection,
        state="recorded",
        heads=(change,),
        revision=1,
        change=change,
        body=body,
    )
