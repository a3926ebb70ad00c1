"""A result recorded on nothing is taken to be new; one that is there all the same is met."""

import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest
from sqlmodel import Session
from tests.factories import Company, Server, found_company, make_op, running

from fieldops.flow import enter, fold
from fieldops.flow.accept import Accepted
from fieldops.store import batch
from fieldops.store.writer import is_again
from fieldops_sync.ids import uuid7

WALK = uuid7()


@pytest.fixture
def server(database_url: str, tmp_path: Path) -> Iterator[Server]:
    with running(database_url, tmp_path) as server:
        yield server


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether each run of a batch was one again."""
    found: list[bool] = []

    def seen(session: Session) -> bool:
        found.append(is_again(session))
        return found[-1]

    monkeypatch.setattr(fold, "is_again", seen)
    return found


def recorded(company: Company, *items: str, **more: Any) -> list[bytes]:
    """Ops of results of one walk."""
    return [
        msgspec.json.encode(
            make_op(
                "result.record@1",
                company.site,
                company.supervisor,
                inspection=str(WALK),
                item=item,
                **{"value": "clean", **more},
            )
        )
        for item in items
    ]


def entered(session: Session, company: Company, raws: list[bytes]) -> Accepted:
    return enter.enter_desk(session, raws, company.supervisor, 0)


def statuses(done: Accepted) -> list[str]:
    return [receipt.status for receipt in done.receipts]


def subject(raw: bytes) -> UUID:
    return UUID(msgspec.json.decode(raw)["subject"]["id"])


def rows(session: Session) -> list[Any]:
    query = "SELECT id, revision FROM record WHERE kind = 'result' ORDER BY id"
    return [(UUID(bytes=bytes(row[0])), row[1]) for row in batch.run(session, query)]


def test_what_is_there_all_the_same_is_met(server: Server, runs: list[bool]) -> None:
    company = found_company(server)
    first = recorded(company, "door", "floor")
    assert statuses(server.do(lambda s: entered(s, company, first))) == ["applied"] * 2
    runs.clear()
    second = recorded(company, "floor", "roof", value="stained")
    assert statuses(server.do(lambda s: entered(s, company, second))) == ["conflict", "applied"]
    assert runs == [False, True]
    stands = {subject(first[0]): 1, subject(first[1]): 2, subject(second[1]): 1}
    assert dict(server.look(rows)) == stands


def test_one_that_names_its_base_is_asked_for(server: Server, runs: list[bool]) -> None:
    company = found_company(server)
    first = recorded(company, "floor")
    server.do(lambda s: entered(s, company, first))
    runs.clear()
    base = [msgspec.json.decode(first[0])["id"]]
    second = recorded(company, "floor", "roof", base=base)
    assert statuses(server.do(lambda s: entered(s, company, second))) == ["applied"] * 2
    assert runs == [False]


def test_others_of_its_transaction_stand(server: Server) -> None:
    company = found_company(server)
    server.do(lambda s: entered(s, company, recorded(company, "floor")))
    gate = threading.Event()
    # On PostgreSQL there are two lanes: none is free until all three wait.
    gates = [server.core.store.write(lambda _s: gate.wait(20)) for _ in range(2)]
    batches = [recorded(company, item, value="stained") for item in ("door", "floor", "roof")]
    waiting = [
        server.core.store.write(partial(entered, company=company, raws=raws)) for raws in batches
    ]
    gate.set()
    assert all(one.result(30) for one in gates)
    assert [statuses(one.result(30)) for one in waiting] == [["applied"], ["conflict"], ["applied"]]
    assert sorted(revision for _, revision in server.look(rows)) == [1, 1, 2]


def test_one_that_was_voided_stays_so(server: Server) -> None:
    company = found_company(server)
    first = recorded(company, "floor")
    server.do(lambda s: entered(s, company, first))
    about = {"kind": "result", "id": str(subject(first[0]))}
    void = make_op("record.void@1", company.site, company.supervisor, subject=about, reason="twice")
    server.do(lambda s: entered(s, company, [msgspec.json.encode(void)]))
    done = server.do(lambda s: entered(s, company, recorded(company, "floor", "roof")))
    assert [receipt.reason for receipt in done.receipts] == ["voided-subject", None]


def test_a_row_that_somebody_made_up_for_a_desk_is_put_right(server: Server) -> None:
    company = found_company(server)
    ops = recorded(company, "floor", "roof", outcome="fail")
    query = "SELECT state, item FROM desk_row WHERE id = :id"
    bound = {"id": subject(ops[0]).bytes}
    made_up = (
        *bound.values(),
        "result",
        company.site.bytes,
        1,
        "pass",
        None,
        "",
        None,
        0,
        "",
        None,
    )
    server.do(lambda s: batch.upsert_desk(s, [made_up]))
    assert statuses(server.do(lambda s: entered(s, company, ops))) == ["applied"] * 2
    assert server.look(lambda s: batch.run(s, query, **bound)) == [("fail", "floor")]
