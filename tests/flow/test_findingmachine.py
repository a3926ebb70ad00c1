"""Any steps in any order, on both databases: what stands is what the table says, step by step."""

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.factories import Company, Server, found_company, make_op, running
from tests.rules.test_findingsteps import EXPECTED, STEPS

from fieldops.flow.enter import enter_desk
from fieldops.store import findings, quarantine, records
from fieldops_sync.ids import uuid7

NAMES = st.lists(st.sampled_from(sorted(STEPS)), max_size=14)


class Life:
    """One finding, and beside it the table walked by hand."""

    def __init__(self, server: Server, company: Company) -> None:
        self.server, self.company, self.id = server, company, uuid7()
        self.stands, self.before = "", ""
        self.ops: list[UUID] = []

    def take(self, name: str) -> None:
        """Take a step as the supervisor, but for what another person must have done."""
        is_other = name in ("rectify", "appeal")
        who = self.company.inspector if is_other else self.company.supervisor
        type_, payload = STEPS[name]
        subject = {"kind": "finding", "id": str(self.id)}
        op = make_op(type_, self.company.site, who, subject=subject, payload=payload)
        now_ms = self.server.clock()
        done = self.server.do(lambda s: enter_desk(s, [msgspec.json.encode(op)], who, now_ms))
        to = EXPECTED.get((self.stands, name))
        if to is None:
            assert done.receipts[0].reason == "transition"
            assert self.server.look(lambda s: quarantine.find(s, [UUID(op["id"])]))
            return
        assert done.receipts[0].status == "applied"
        if name in ("resume", "dismiss") and self.stands != "contested":
            to = self.before
        if name in ("pause", "appeal"):
            self.before = self.stands
        self.stands = to
        self.ops.append(UUID(op["id"]))

    def check(self) -> None:
        """The record and the row stand there, and the record names every step that was taken."""
        state = self.server.look(lambda s: records.get_one(s, self.id))
        if not self.stands:
            assert state is None
            return
        assert state is not None
        row = self.server.look(lambda s: findings.get(s, self.id))
        assert row is not None
        assert state.state == row.state == self.stands
        assert state.heads[0] == self.ops[0]
        assert state.body.get("steps", []) == [str(one) for one in self.ops[1:]]


def live(server: Server, company: Company, names: list[str]) -> None:
    life = Life(server, company)
    for name in ["report", *names]:
        life.take(name)
    life.check()


@pytest.fixture
def either(database_url: str, tmp_path: Path) -> Iterator[Server]:
    """On SQLite, and on PostgreSQL."""
    with running(database_url, tmp_path) as started:
        yield started


def test_any_steps_in_any_order(either: Server) -> None:
    company = found_company(either)

    @settings(max_examples=4, deadline=None, database=None)
    @given(NAMES)
    def run(names: list[str]) -> None:
        live(either, company, names)

    run()
