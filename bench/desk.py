"""The ten commonest questions of a desk, beside the same in raw SQL, on short and long histories.

fill by the product's own ``apply`` ─ question ─ flow, masked, as JSON ─┬─ the same in raw SQL
                                                                        └─ on a short history
"""

import gc
import os
import random
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from itertools import count, islice
from pathlib import Path
from statistics import median
from typing import Any
from uuid import UUID

import msgspec
import psutil
from msgspec import Struct
from sqlalchemy import text
from sqlmodel import Session

from bench import ops
from bench.company import Company, do, found
from bench.databases import Engine, fresh
from bench.plan import Plan
from bench.rows import Aim, Row, Sample, row
from fieldops.flow import findinglist, lists, look, reviewqueue
from fieldops.flow.apply import Ready, apply
from fieldops.flow.audience import Audience
from fieldops.flow.decode import decode
from fieldops.flow.enter import desk_op, server_op
from fieldops.flow.lists import Filter
from fieldops.flow.paging import LIMIT, Ask, Turn
from fieldops.model.access import Grant, Person, Role
from fieldops.model.record import Decoded
from fieldops.settings import EvidenceSettings
from fieldops.store import batch, findings
from fieldops.store.engine import Store, open_store
from fieldops.store.tables import WAITS_FOR_REVIEW
from fieldops_sync.ids import result_id, uuid7

_RAW = Aim(
    "ms a page", "the same question in raw SQL, rows fetched and left as they are", "at most", 3
)
_GROWTH = Aim("ms a page", "the same on the short history", "at most", 2)
_SITES = 10
_OPEN = 20
"""So many of the newest walks wait for review, have open findings and a conflict: what is under
way does not grow with history."""
_STEP_MS = 600_000
_ASKED = 15
_RECORD = (
    "r.id, r.kind, r.feed, r.parent, r.state, r.heads, r.revision, r.conflict,"
    " COALESCE(r.body, (SELECT raw FROM ledger WHERE op_id = r.change)) FROM record r"
)
_DESK = f"SELECT {_RECORD} JOIN desk_row d ON d.id = r.id WHERE d.feed = :site AND"
_NEWEST = f"ORDER BY d.at_ms DESC, d.id DESC LIMIT {LIMIT + 1}"
_FOUND = f"SELECT {_RECORD} JOIN finding f ON f.id = r.id WHERE f.feed = :site AND f.state = 'open'"
_RAISED = f"ORDER BY f.raised_ms DESC, f.id DESC LIMIT {LIMIT + 1}"


class Question(Struct, frozen=True):
    """One question: what the desk asks of the flow, and the raw statement."""

    ask: "Callable[[Audience, House], Any]"
    raw: str


def _results(who: Audience, house: "House") -> Any:
    wanted = Filter(site=house.site, state="fail", item=ops.item_key(2), since_ms=house.since_ms)
    return lists.of_kind(who, "result", wanted, Turn())


def _findings(overdue: bool) -> "Callable[[Audience, House], Any]":
    def ask(who: Audience, house: "House") -> Any:
        due_ms = who.now_ms if overdue else None
        wanted = findings.Filter(feeds=[house.site], state="open", overdue_at_ms=due_ms)
        return findinglist.page(who, wanted, Ask("findings"))

    return ask


QUESTIONS: dict[str, Question] = {
    "inspections": Question(
        lambda who, house: lists.of_kind(
            who, "inspection", Filter(site=house.site, since_ms=house.since_ms), Turn()
        ),
        f"{_DESK} d.kind = 'inspection' AND d.at_ms >= :since {_NEWEST}",
    ),
    "review-queue": Question(
        lambda who, _house: reviewqueue.page(
            who.session, who.person, "", LIMIT, EvidenceSettings(), who.now_ms
        ),
        f"SELECT l.received_ms, s.risk, {_RECORD} JOIN ledger l"
        " ON l.op_id = substr(r.heads, 1, 16) LEFT JOIN (SELECT parent, max(risk) AS risk FROM"
        f" sighting GROUP BY parent) s ON s.parent = r.id WHERE {WAITS_FOR_REVIEW}"
        f" ORDER BY s.risk DESC, l.received_ms, r.id LIMIT {LIMIT + 1}".replace(
            "kind =", "r.kind ="
        ).replace("AND state", "AND r.state"),
    ),
    "inspection": Question(
        lambda who, house: look.inspection(who, house.walk),
        f"SELECT {_RECORD} WHERE r.feed = :site AND r.parent = :walk ORDER BY r.id",
    ),
    "findings-open": Question(_findings(False), f"{_FOUND} {_RAISED}"),
    "findings-overdue": Question(_findings(True), f"{_FOUND} AND f.deadline_ms < :now {_RAISED}"),
    "failed-results": Question(
        _results,
        f"{_DESK} d.kind = 'result' AND d.state = 'fail' AND d.item = :item"
        f" AND d.at_ms >= :since {_NEWEST}",
    ),
    "feedback": Question(
        lambda who, house: lists.feedback(
            who, Filter(site=house.site, since_ms=house.since_ms), "", Turn()
        ),
        f"{_DESK} d.kind = 'feedback' AND d.at_ms >= :since {_NEWEST}",
    ),
    "conflicts": Question(
        lambda who, house: lists.conflicts(who, house.site, "", Turn()),
        f"{_DESK} d.conflict = 1 {_NEWEST}",
    ),
    "results": Question(
        lambda who, house: lists.of_kind(who, "result", Filter(inspection=house.walk), Turn()),
        f"SELECT {_RECORD} WHERE r.feed = :site AND r.parent = :walk AND r.kind = 'result'"
        f" ORDER BY r.id LIMIT {LIMIT + 1}",
    ),
    "history": Question(
        lambda who, house: look.steps(who, house.disputed),
        "SELECT r.id, r.heads, l.raw, l.revision FROM record r JOIN ledger l"
        " ON l.subject = r.id AND l.op_id IN (r.change, substr(r.heads, 1, 16),"
        " substr(r.heads, 17, 16)) WHERE r.id = :disputed",
    ),
}
"""The ten; every page is the first, of as many items as a desk asks for by itself."""


def measure_desk(name: str, engine: Engine, plan: Plan, folder: Path) -> list[Row]:
    """Ask the ten questions in turns of two databases that differ in their history only."""
    with ExitStack() as stack:
        short, long = (
            stack.enter_context(House(stack, engine, folder, size))
            for size in (plan.log_short, plan.log_long)
        )
        stack.enter_context(_collecting_seldom())
        raw: dict[str, list[Sample]] = {}
        growth: dict[str, list[Sample]] = {}
        for _, (what, question) in (
            (n, one) for n in range(plan.runs) for one in QUESTIONS.items()
        ):
            times = [(long.ask_ms(question), long.raw_ms(question), short.ask_ms(question))
                     for _ in range(_ASKED)]  # fmt: skip
            ours, theirs, before = (median(column) for column in zip(*times, strict=True))
            raw.setdefault(what, []).append(Sample(ours, theirs, _rss_mb()))
            growth.setdefault(what, []).append(Sample(ours, before, _rss_mb()))
    found_rows = [row(f"{name}-{what}", _RAW, samples) for what, samples in raw.items()]
    return found_rows + [
        row(f"{name}-{what}-growth", _GROWTH, samples) for what, samples in growth.items()
    ]


class House:
    """A database of so many results in walks of ten sites, opened to be asked."""

    def __init__(self, stack: ExitStack, engine: Engine, folder: Path, results: int) -> None:
        database = stack.enter_context(fresh(engine, folder))
        self.company: Company = found(database.url, sites=_SITES, mine=_SITES)
        self.site: UUID = self.company.sites[0]
        self.walk: UUID = uuid7()
        self.disputed: UUID = uuid7()
        self._store: Store = open_store(database.url)
        self._draw = random.Random(results)
        walks = max(1, results // ops.ITEMS)
        self.now_ms = time.time_ns() // 1_000_000
        self._began_ms = self.now_ms - walks * _STEP_MS
        self.since_ms: int = self.now_ms - 30 * 24 * 3_600_000
        for number in range(walks):
            do(self._store, partial(self._fill, number=number, left=walks - number))
        grant = Grant(Role.SUPERVISOR, frozenset(self.company.sites))
        self.person = Person(self.company.inspector, "陈静", (grant,))
        if self._store.dialect == "postgresql":  # as autovacuum does soon after
            do(self._store, lambda session: session.execute(text("ANALYZE")))

    def __enter__(self) -> "House":
        return self

    def __exit__(self, *_why: object) -> None:
        self._store.close()

    def ask_ms(self, question: Question) -> float:
        """The time of one answer: rights, query, masking, JSON."""
        with self._store.read() as session:
            session.connection()
            began_s = time.perf_counter()
            answer = question.ask(Audience(session, self.person, self.now_ms), self)
            body = msgspec.json.encode(answer)
            took_s = time.perf_counter() - began_s
        assert len(body) > 2, "the question has no answer"
        return took_s * 1000

    def raw_ms(self, question: Question) -> float:
        """The time of the raw statement."""
        bound = {
            "site": self.site.bytes,
            "walk": self.walk.bytes,
            "since": self.since_ms,
            "now": self.now_ms,
            "item": ops.item_key(2),
            "disputed": self.disputed.bytes,
        }
        named = {name: value for name, value in bound.items() if f":{name}" in question.raw}
        with self._store.read() as session:
            session.connection()
            began_s = time.perf_counter()
            rows = batch.run(session, question.raw, **named)
            took_s = time.perf_counter() - began_s
        assert rows, f"the raw question has no answer: {question.raw}"
        return took_s * 1000

    def _fill(self, session: Session, number: int, left: int) -> None:
        """One walk; the newest ones wait, have a conflict and an open finding."""
        company, at_ms = self.company, self._began_ms + number * _STEP_MS
        site = company.sites[(left - 1) % _SITES]
        walk = ops.Walk(uuid7(), site, company.inspector, company.definition)
        seqs = count(number * 1000 + 1)
        raws = [ops.start(walk, next(seqs)), *islice(ops.results(walk, seqs), ops.ITEMS)]
        more: list[tuple[str, tuple[str, UUID], dict[str, Any]]] = [
            ("feedback.record@1", ("feedback", uuid7()), {"nature": "praise", "text": "干净"})
        ]
        result = result_id(walk.inspection, ops.item_key(0), "")
        if left <= _OPEN:
            self.walk, self.disputed = (
                (walk.inspection, result) if site == self.site else (self.walk, self.disputed)
            )
            fields = {"inspection": walk.inspection, "item": ops.item_key(0), "outcome": "fail"}
            more += [("inspection.submit@1", ("inspection", walk.inspection), {})]
            more += [("result.record@1", ("result", result), fields)]
        began = {("inspection", walk.inspection): [_op_id(raws[0])]}
        made = [
            desk_op(kind, subject, site, company.inspector, payload, at_ms, began.get(subject, []))
            for kind, subject, payload in more
        ]
        raised = _raised(walk, at_ms)
        finding = [server_op("finding.raise@1", *raised)]
        if left > _OPEN:
            why = {"reason": "x", "plugin": "bench", "plugin_version": "1"}
            finding.append(server_op("finding.withdraw@1", *raised[:3], why))
        for part in (raws, made, finding):
            decoded = [decode(raw) for raw in part]
            ready = [Ready(one) for one in decoded if isinstance(one, Decoded)]
            assert len(ready) == len(part), "the benchmark made an op that cannot be read"
            assert len(apply(session, ready, 0, at_ms).applied) == len(part)


@contextmanager
def _collecting_seldom() -> Iterator[None]:
    """The collector of cycles as the web process has it: otherwise its pauses are the figure."""
    before = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


def _op_id(raw: bytes) -> UUID:
    decoded = decode(raw)
    return decoded.id


def _raised(walk: ops.Walk, at_ms: int) -> tuple[tuple[str, UUID], UUID, str, dict[str, Any]]:
    """What a plugin found at a walk: subject, site, actor, payload."""
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
    return ("finding", uuid7()), walk.site, "bench", payload


def _rss_mb() -> float:
    return float(psutil.Process(os.getpid()).memory_info().rss) / 1e6
