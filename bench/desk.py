"""The ten commonest questions of a desk, beside the same in raw SQL, on short and long histories.

fill by the product's own ``apply`` ─ question ─ flow, masked, as JSON ─┬─ the same in raw SQL
                                                                        └─ on a short history
"""

import gc
import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import msgspec
import psutil
from msgspec import Struct

from bench import deskfill, ops
from bench.databases import Engine, fresh
from bench.deskfill import History
from bench.plan import Plan
from bench.rows import Aim, Row, Sample, row
from fieldops.flow import findinglist, lists, look, reviewqueue
from fieldops.flow.audience import Audience
from fieldops.flow.lists import Filter
from fieldops.flow.paging import LIMIT, Ask, Turn
from fieldops.model.access import Grant, Person, Role
from fieldops.settings import EvidenceSettings
from fieldops.store import batch, findings
from fieldops.store.deskrule import tray_of
from fieldops.store.engine import Store, open_store
from fieldops.store.findingtables import TO_DO
from fieldops.store.tables import WAITS_FOR_REVIEW

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
_FOUND = (
    f"SELECT f.raised_ms, f.occurred_ms, f.deadline_ms, {_RECORD} JOIN finding f ON f.id = r.id"
    f" WHERE f.feed = :site AND f.state = 'open' AND f.{TO_DO}"
)
_RAISED = f"ORDER BY f.raised_ms DESC, f.id DESC LIMIT {LIMIT + 1}"


_LEVELS = "SELECT value FROM meta WHERE key LIKE 'levels.%%'"
_SEEN = "SELECT parent, max(risk) AS risk, count(risk) AS judged FROM sighting GROUP BY parent"
_WAITING = f"SELECT id FROM record WHERE {WAITS_FOR_REVIEW}"


class Question(Struct, frozen=True):
    """One question: what the desk asks of the flow, and the raw statements beside it.

    They fetch the rows of the answer with all that it is made of: bodies, counts, and the levels of
    answers that plugins declare, without which nobody knows what to mask.  Nothing is decoded.
    """

    ask: "Callable[[Audience, House], Any]"
    raw: tuple[str, ...]


def _results(who: Audience, house: "House") -> Any:
    wanted = Filter(
        site=house.history.site, state="fail", item=ops.item_key(2), since_ms=house.since_ms
    )
    return lists.of_kind(who, "result", wanted, Turn())


def _findings(overdue: bool) -> "Callable[[Audience, House], Any]":
    def ask(who: Audience, house: "House") -> Any:
        due_ms = who.now_ms if overdue else None
        wanted = findings.Filter(feeds=[house.history.site], state="open", overdue_at_ms=due_ms)
        return findinglist.page(who, wanted, Ask("findings"))

    return ask


QUESTIONS: dict[str, Question] = {
    "inspections": Question(
        lambda who, house: lists.of_kind(
            who, "inspection", Filter(site=house.history.site, since_ms=house.since_ms), Turn()
        ),
        (f"{_DESK} d.kind = 'inspection' AND d.at_ms >= :since {_NEWEST}",),
    ),
    "review-queue": Question(
        lambda who, _house: reviewqueue.page(
            who.session, who.person, "", LIMIT, EvidenceSettings(), who.now_ms
        ),
        (
            f"SELECT l.received_ms, s.risk, s.judged, {_RECORD} JOIN ledger l"
            f" ON l.op_id = substr(r.heads, 1, 16) LEFT JOIN ({_SEEN}) s ON s.parent = r.id"
            f" WHERE r.id IN ({_WAITING})"
            f" ORDER BY s.risk DESC, l.received_ms, r.id LIMIT {LIMIT + 1}",
            f"SELECT count(*) FROM record WHERE {WAITS_FOR_REVIEW}",
            "SELECT r.parent, r.subject, r.owed, m.state FROM media_ref r LEFT JOIN media m"
            f" ON m.sha256 = r.sha256 WHERE r.parent IN ({_WAITING})",
        ),
    ),
    "inspection": Question(
        lambda who, house: look.inspection(who, house.history.walk),
        (
            f"SELECT {_RECORD} WHERE r.feed = :site AND r.parent = :walk ORDER BY r.id",
            "SELECT r.sha256, r.owed, m.state FROM media_ref r LEFT JOIN media m"
            " ON m.sha256 = r.sha256 WHERE r.parent = :walk",
            _LEVELS,
        ),
    ),
    "findings-open": Question(_findings(False), (f"{_FOUND} {_RAISED}",)),
    "findings-overdue": Question(
        _findings(True), (f"{_FOUND} AND f.deadline_ms < :now {_RAISED}",)
    ),
    "failed-results": Question(
        _results,
        (
            f"{_DESK} d.tray = :tray AND d.item = :item AND d.at_ms >= :since {_NEWEST}",
            _LEVELS,
        ),
    ),
    "feedback": Question(
        lambda who, house: lists.feedback(
            who, Filter(site=house.history.site, since_ms=house.since_ms), "", Turn()
        ),
        (f"{_DESK} d.kind = 'feedback' AND d.at_ms >= :since {_NEWEST}",),
    ),
    "conflicts": Question(
        lambda who, house: lists.conflicts(who, house.history.site, "", Turn()),
        (f"{_DESK} d.conflict = 1 {_NEWEST}", _LEVELS),
    ),
    "results": Question(
        lambda who, house: lists.of_kind(
            who, "result", Filter(inspection=house.history.walk), Turn()
        ),
        (
            f"SELECT {_RECORD} WHERE r.id = :walk",
            f"SELECT {_RECORD} WHERE r.feed = :site AND r.parent = :walk AND r.kind = 'result'"
            f" ORDER BY r.id LIMIT {LIMIT + 1}",
            _LEVELS,
        ),
    ),
    "history": Question(
        lambda who, house: look.steps(who, house.history.disputed),
        (
            f"SELECT {_RECORD} WHERE r.id = :disputed",
            "SELECT r.heads, l.raw, l.revision FROM record r JOIN ledger l"
            " ON l.subject = r.id AND l.op_id IN (r.change, substr(r.heads, 1, 16),"
            " substr(r.heads, 17, 16)) WHERE r.id = :disputed",
            _LEVELS,
        ),
    ),
}
"""The ten; every page is the first, of as many items as a desk asks for by itself."""


def measure_desk(name: str, engine: Engine, plan: Plan, folder: Path) -> list[Row]:
    """Ask the ten questions in turns of two databases that differ in their history only."""
    with ExitStack() as stack:
        short, long = (
            _house(stack, engine, folder, size) for size in (plan.log_short, plan.log_long)
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


def _house(stack: ExitStack, engine: Engine, folder: Path, results: int) -> "House":
    database = stack.enter_context(fresh(engine, folder))
    house = House(deskfill.fill(database.url, results))
    stack.callback(house.close)
    return house


class House:
    """A history of ten sites, opened to be asked by a supervisor of all of them."""

    def __init__(self, history: History) -> None:
        self.history: History = history
        self.since_ms: int = history.now_ms - 30 * 24 * 3_600_000
        company = history.company
        grant = Grant(Role.SUPERVISOR, frozenset(company.sites))
        self.person = Person(company.inspector, "陈静", (grant,))
        self._store: Store = open_store(history.url)

    def close(self) -> None:
        """Close the database."""
        self._store.close()

    def ask_ms(self, question: Question) -> float:
        """The time of one answer: rights, query, masking, JSON."""
        with self._store.read() as session:
            session.connection()
            began_s = time.perf_counter()
            answer = question.ask(Audience(session, self.person, self.history.now_ms), self)
            body = msgspec.json.encode(answer)
            took_s = time.perf_counter() - began_s
        assert len(body) > 2, "the question has no answer"
        return took_s * 1000

    def raw_ms(self, question: Question) -> float:
        """The time of the raw statements."""
        bound = {
            "site": self.history.site.bytes,
            "walk": self.history.walk.bytes,
            "since": self.since_ms,
            "now": self.history.now_ms,
            "item": ops.item_key(2),
            "tray": tray_of(ops.item_key(2)),
            "disputed": self.history.disputed.bytes,
        }
        asked = [
            (raw, {name: value for name, value in bound.items() if f":{name}" in raw})
            for raw in question.raw
        ]
        with self._store.read() as session:
            session.connection()
            began_s = time.perf_counter()
            rows = [batch.run(session, raw, **named) for raw, named in asked]
            took_s = time.perf_counter() - began_s
        assert rows[0], f"the raw question has no answer: {question.raw}"
        return took_s * 1000


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


def _rss_mb() -> float:
    return float(psutil.Process(os.getpid()).memory_info().rss) / 1e6
