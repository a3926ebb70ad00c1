"""``/metrics`` in the text format of Prometheus, for whoever shows the token of the settings.

What lives in the database is read when it is asked for, so it is the same from every process; what
a process counts by itself is its own: each server is a target.
"""

import secrets
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from msgspec import Struct
from sqlmodel import Session

from fieldops.flow import auditing, drill
from fieldops.model.problem import ProblemError, problem
from fieldops.store import exports, gauges, jobs, log, readers
from fieldops.store.writer import StoreBusy
from fieldops.web.bodies import AnyRequest
from fieldops.web.core import Core
from fieldops.web.counts import Counts
from fieldops.web.policy import PUBLIC

if TYPE_CHECKING:
    from prometheus_client.core import Metric

_PATIENCE_S = 8.0
"""Prometheus gives up after ten seconds."""
_TYPE = "text/plain; version=0.0.4"


class Standing(Struct, frozen=True):
    """What the database says: seconds are since 1970; 0 says never."""

    waiting: gauges.Waiting
    head: int
    readers: list[readers.ReaderRow]
    jobs: list[jobs.JobRow]
    drill_s: float
    drill_ok: bool
    signed_s: float
    exports_s: dict[str, float]


@get("/metrics", opt={"policy": PUBLIC}, include_in_schema=False)
async def metrics(request: AnyRequest) -> Response[bytes]:
    """Everything that is counted and that waits."""
    core: Core = request.app.state.core
    _check(core, request.headers.get("authorization", ""))
    now_ms = core.clock()
    found = await core.outside.gauges.answer(lambda: _read(core, now_ms), _PATIENCE_S)
    if found is None:
        raise StoreBusy("the database does not answer")
    is_up = await core.outside.store_answers()
    from prometheus_client import CollectorRegistry, generate_latest

    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Collector(list(_families(found, core.counts, is_up, core.store.waiting))))
    body: bytes = generate_latest(registry)
    return Response(body, media_type=_TYPE, headers={"Cache-Control": "no-store"})


def _read(core: Core, now_ms: int) -> Standing | None:
    """What the database says, or None: a scraper that asks again waits in nobody's thread."""
    try:
        with core.store.read() as session:
            return standing(session, now_ms)
    except StoreBusy:
        return None


def _check(core: Core, given: str) -> None:
    token = core.settings.metrics.token.get_secret_value()
    if not token or not secrets.compare_digest(given.encode(), f"Bearer {token}".encode()):
        raise ProblemError(problem("not-found"))


def standing(session: Session, now_ms: int) -> Standing:
    """What the database says now."""
    last, latest = drill.last(session), auditing.standing(session).latest
    accepted = {name: exports.newest_accepted(session, name) for name in exports.places(session)}
    return Standing(
        waiting=gauges.waiting(session, now_ms),
        head=log.counter(session),
        readers=readers.everything(session),
        jobs=jobs.everything(session),
        drill_s=datetime.fromisoformat(last.at).timestamp() if last else 0,
        drill_ok=last is not None and last.ok,
        signed_s=latest.at_ms / 1000 if latest else 0,
        exports_s={
            name: (run.accepted_ms or 0) / 1000 if run else 0 for name, run in accepted.items()
        },
    )


class _Collector:
    """Gives what was gathered before: nothing is read while it is written."""

    def __init__(self, families: "list[Metric]") -> None:
        self._families = families

    def collect(self) -> "list[Metric]":
        return self._families


def _families(found: Standing, counts: Counts, is_up: bool, queue: int) -> "Iterator[Metric]":
    from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

    requests = CounterMetricFamily(
        "fieldops_requests", "Answers of this process", labels=("method", "route", "status")
    )
    for (method, route, status), number in counts.requests.copy().items():
        requests.add_metric((method, route, str(status)), number)
    ops = CounterMetricFamily(
        "fieldops_push_ops", "Ops that this process answered", labels=["receipt"]
    )
    for receipt, number in counts.ops.copy().items():
        ops.add_metric([receipt], number)
    lag = GaugeMetricFamily("fieldops_reader_lag", "Changes that it is behind", labels=["reader"])
    parked = GaugeMetricFamily("fieldops_reader_parked", "1 if it is parked", labels=["reader"])
    for row in found.readers:
        lag.add_metric([row.name], max(0, found.head - row.position))
        parked.add_metric([row.name], row.state == "parked")
    accepted = GaugeMetricFamily(
        "fieldops_export_accepted_seconds", "When the last one was accepted", labels=["destination"]
    )
    for name, seconds in found.exports_s.items():
        accepted.add_metric([name], seconds)
    waits = GaugeMetricFamily("fieldops_waiting", "Rows that wait", labels=["what"])
    for name in found.waiting.__struct_fields__:
        waits.add_metric([name], getattr(found.waiting, name))
    failures = CounterMetricFamily(
        "fieldops_job_failures", "How often a job of the worker has failed", labels=["job"]
    )
    failing = GaugeMetricFamily(
        "fieldops_job_failing", "How often in a row it has failed until now", labels=["job"]
    )
    ever, now = Counter[str](), Counter[str]()
    for job in found.jobs:
        # Each endpoint has a courier of its own, by its id, which no label holds.
        name = "webhook" if job.job.startswith("webhook ") else job.job
        ever[name] += job.failures
        now[name] += job.times
    for name, number in ever.items():
        failures.add_metric([name], number)
        failing.add_metric([name], now[name])
    yield from (requests, ops, lag, parked, failures, failing, accepted, waits)
    single = {
        "fieldops_log_position": ("The highest position of the log", found.head),
        "fieldops_writer_queue": ("Jobs that wait for this process's writer", queue),
        "fieldops_blob_store_up": ("1 if the photo store answers", is_up),
        "fieldops_drill_seconds": ("When a backup was last drilled", found.drill_s),
        "fieldops_drill_ok": ("1 if that drill succeeded", found.drill_ok),
        "fieldops_audit_signed_seconds": ("When the audit was last signed", found.signed_s),
    }
    for name, (text, value) in single.items():
        yield GaugeMetricFamily(name, text, value)


HANDLERS: list[HTTPRouteHandler] = [metrics]
