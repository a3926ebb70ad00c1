"""Pitfall 8: the app is killed between receiving a page and applying it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.factories import Company, Server, Tablet, add_person, enrol_tablet
from tests.pitfalls.helping import RealTablet

from fieldops.model.access import Role
from fieldops_sync import mirror
from fieldops_sync.ids import uuid7
from fieldops_sync.shelf import set_meta


class Killed(BaseException):
    """The process is gone."""


class Counting:
    """A database handle that dies at the ``at``-th statement."""

    def __init__(self, inner: Any, at: int) -> None:
        self._inner = inner
        self.at = at
        self.met = 0

    def execute(self, *arguments: Any) -> Any:
        self.met += 1
        if self.met == self.at:
            raise Killed
        return self._inner.execute(*arguments)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


def write_walk(tablet: Tablet, count: int) -> None:
    walk = uuid7()
    ops = [tablet.op("result.record@1", inspection=walk, item=f"i{n}") for n in range(count)]
    tablet.receipts_of(ops)


def mirrored(tablet: RealTablet) -> dict[Any, int]:
    kinds = ("inspection", "result", "site", "person", "checklist")
    return {one.id: one.revision for kind in kinds for one in tablet.outbox.records(kind)}


def second_tablet(server: Server, company: Company) -> Tablet:
    user = server.do(lambda s: add_person(s, Role.INSPECTOR, {company.site}))
    return enrol_tablet(server, [user], company.site)


def pull_with_deaths(
    tablet: RealTablet, monkeypatch: pytest.MonkeyPatch, apply_page: Callable[..., int]
) -> int:
    """Pull, dying at every statement of every page in turn; how often it died."""
    deaths, at = 0, 1
    while True:
        handle: list[Counting] = []

        def dying(db: Any, page: Any, at: int = at, handle: list[Counting] = handle) -> int:
            handle.append(Counting(db, at))
            return apply_page(handle[-1], page)

        monkeypatch.setattr(mirror, "apply_page", dying)
        try:
            tablet.client.pull()
        except Killed:
            deaths += 1
            at += 3
            tablet.reopen()
            continue
        return deaths


def test_the_next_pull_redelivers(
    server: Server, company: Company, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    writer = second_tablet(server, company)
    tablet = RealTablet(server, [company.inspector], company.site, tmp_path / "tablet")
    write_walk(writer, 12)
    assert pull_with_deaths(tablet, monkeypatch, mirror.apply_page) > 5
    write_walk(writer, 8)
    monkeypatch.undo()
    assert pull_with_deaths(tablet, monkeypatch, mirror.apply_page) > 3
    monkeypatch.undo()
    fresh = RealTablet(server, [company.inspector], company.site, tmp_path / "fresh")
    fresh.client.pull()
    expected = mirrored(fresh)
    found = mirrored(tablet)
    shared = {one: revision for one, revision in expected.items() if one in found}
    assert len(shared) >= 22
    assert found.items() >= shared.items()
    results = {one.id for one in fresh.outbox.records("result")}
    assert {one.id for one in tablet.outbox.records("result")} == results


def test_without_one_transaction_a_page_is_lost(
    server: Server, company: Company, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """The guard: page and cursor are one transaction.  Here the cursor is kept before the page."""
    writer = second_tablet(server, company)
    tablet = RealTablet(server, [company.inspector], company.site, tmp_path / "tablet")
    tablet.client.pull()
    write_walk(writer, 6)

    def cursor_first(db: Any, page: Any) -> int:
        # The cursor alone is written, then the app dies.
        set_meta(db, "cursor", page.cursor.encode())
        return 0

    monkeypatch.setattr(mirror, "apply_page", cursor_first)
    tablet.client.pull()
    monkeypatch.undo()
    tablet.client.pull()
    assert tablet.outbox.records("result") == []
