"""Who saw one person's data over a year, asked of an audit of a million lines."""

import time
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlmodel import Session
from tests.factories import Server, running
from tests.soak.report import report

from fieldops.flow.auditsearch import READS, page
from fieldops.flow.paging import Turn
from fieldops.store.audit import Wanted
from fieldops_sync.ids import uuid7

LINES = 1_000_000
ALONE, AMONG = 400, 100
"""Reads of the person: by itself, and in lists that name several."""
YEAR_MS = 365 * 24 * 3600 * 1000
PROMISED_S = 60.0

_FILL = {
    "sqlite": """
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :lines)
        INSERT INTO audit (at_ms, actor, action, subject, detail)
        SELECT :begin + i * :step, randomblob(16),
            CASE i % 3 WHEN 0 THEN 'push.apply' WHEN 1 THEN 'record.read' ELSE 'photo.read' END,
            randomblob(16), CAST('{}' AS BLOB) FROM n
    """,
    "postgresql": """
        INSERT INTO audit (at_ms, actor, action, subject, detail)
        SELECT :begin + i * :step, decode(md5('who' || i % 500), 'hex'),
            CASE i % 3 WHEN 0 THEN 'push.apply' WHEN 1 THEN 'record.read' ELSE 'photo.read' END,
            decode(md5('what' || i), 'hex'), '{}'::bytea
        FROM generate_series(1, CAST(:lines AS bigint)) AS n(i)
    """,
}
_ALONE = "UPDATE audit SET subject = :about, action = 'record.read' WHERE no % :each = 0"
_AMONG = "INSERT INTO audit_subject (subject, no) SELECT :about, no FROM audit WHERE no % :each = 1"


@pytest.mark.soak
def test_a_year_of_reads_of_one_person_is_answered_in_a_minute(database_url: str, tmp_path: Path):
    with running(database_url, tmp_path) as server:
        about = uuid7()
        _fill(server, about)
        began = time.monotonic()
        found, pages = _all_pages(server, about)
        took_s = time.monotonic() - began
    dialect = database_url.partition(":")[0]
    report(
        f"audit {dialect}: who saw one person over a year, among {LINES:,} lines: {found} reads on"
        f" {pages} pages in {took_s:.2f} s"
    )
    # A third of the lines that name several are pushes, which are no reads.
    assert ALONE < found <= ALONE + AMONG
    assert took_s < PROMISED_S


def _fill(server: Server, about: UUID) -> None:
    now_ms = server.clock()
    step = YEAR_MS // LINES
    given = {"lines": LINES, "begin": now_ms - YEAR_MS, "step": step}
    dialect = server.core.store.engine.dialect.name
    server.do(lambda s: s.execute(text(_FILL[dialect]), given))
    for statement, count in ((_ALONE, ALONE), (_AMONG, AMONG)):
        bound = {"about": about.bytes, "each": LINES // count}
        server.do(partial(_run, statement=statement, bound=bound))
    if dialect == "postgresql":
        server.do(lambda s: s.execute(text("ANALYZE audit")))


def _run(session: Session, statement: str, bound: dict[str, Any]) -> None:
    session.execute(text(statement), bound)


def _all_pages(server: Server, about: UUID) -> tuple[int, int]:
    """How many reads there are, and on how many pages, as ``fieldops audit search`` asks."""
    now_ms = server.clock()
    wanted = Wanted(actions=READS, about=(about,), since_ms=now_ms - YEAR_MS)
    found, pages, cursor = 0, 0, ""
    while True:
        got = server.look(partial(page, wanted=wanted, turn=Turn(cursor, 200)))
        found, pages = found + len(got.items), pages + 1
        if got.cursor is None:
            return found, pages
        cursor = got.cursor
