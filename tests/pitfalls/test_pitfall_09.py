"""Pitfall 9: noon's database is restored after pushes at 17:00, and nobody notices."""

import shutil
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID

import psycopg
import pytest
from psycopg import sql
from tests.factories import Clock, Company, Server, found_company, running
from tests.pitfalls.helping import RealTablet, record

from fieldops.flow import restore
from fieldops_sync.ids import result_id, uuid7


class House:
    """A server that can be stopped, copied, and brought back as it was."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url = url
        self._folder = folder
        self._clock = Clock()
        self._stack = ExitStack()
        self.start()

    def start(self) -> None:
        self.server = self._stack.enter_context(running(self.url, self._folder, self._clock))

    def stop(self) -> None:
        self._stack.close()

    def backup(self, copy: Callable[[], str]) -> str:
        """Stop, copy, go on; where the copy is."""
        self.stop()
        where = copy()
        self.start()
        return where

    def go_back_to(self, where: str) -> None:
        self.stop()
        self.url = where
        self.start()


def copier(url: str, make_postgres_database: Callable[[], str], folder: Path) -> Callable[[], str]:
    def copy_file() -> str:
        there = folder / "noon.db"
        shutil.copy(url.removeprefix("sqlite:///"), there)
        return f"sqlite:///{there}"

    def copy_database() -> str:
        there = make_postgres_database()
        source, target = (urlsplit(one).path.lstrip("/") for one in (url, there))
        with psycopg.connect(urlunsplit(urlsplit(url)._replace(path="/postgres"))) as connection:
            connection.autocommit = True
            drop = sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(target))
            connection.execute(drop)
            make = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
            names = (sql.Identifier(target), sql.Identifier(source))
            connection.execute(make.format(*names))
        return there

    return copy_file if url.startswith("sqlite") else copy_database


class Day:
    """08:00 everybody pulls; noon the backup; 17:00 pushes; then noon's database comes back."""

    def __init__(self, house: House, folder: Path, copy: Callable[[], str]) -> None:
        self.house = house
        company: Company = found_company(house.server)
        self.early = self._tablet(company, folder / "early", "inspector")
        self.late = self._tablet(company, folder / "late", "supervisor")
        self.walk = uuid7()
        for tablet in (self.early, self.late):
            tablet.client.sync()
        self.early.answer(self.walk, "morning", outcome="pass")
        self.early.client.push()
        noon = house.backup(copy)
        for tablet in (self.early, self.late):
            tablet.connect(house.server)
        self.at_five = [self.late.answer(self.walk, f"five-{n}", outcome="fail") for n in range(5)]
        self.early.answer(self.walk, "five-0", outcome="pass")
        self.early.client.push()
        self.late.client.push()
        house.go_back_to(noon)
        for tablet in (self.early, self.late):
            tablet.connect(house.server)

    def _tablet(self, company: Company, folder: Path, role: str) -> RealTablet:
        crew = [company.people[role]]
        return RealTablet(self.house.server, crew, company.site, folder)

    def five_oclock(self, server: Server) -> list[UUID]:
        """Which of the afternoon's results the server has."""
        items = [f"five-{n}" for n in range(5)]
        found = [record(server, result_id(self.walk, item)) for item in items]
        return [state.id for state in found if state is not None]


def test_a_restore_is_noticed_and_nothing_is_lost(
    database_url: str, make_postgres_database: Callable[[], str], tmp_path: Path
):
    house = House(database_url, tmp_path)
    day = Day(house, tmp_path, copier(database_url, make_postgres_database, tmp_path))
    try:
        assert day.five_oclock(house.server) == []
        epoch = day.late.outbox.epoch
        # The first contact is a device whose last pull was in the morning.
        day.early.client.sync()
        day.late.client.sync()
        day.early.client.sync()
        assert day.late.outbox.epoch != epoch
        assert day.early.outbox.epoch == day.late.outbox.epoch
        assert len(day.five_oclock(house.server)) == 5
        both = record(house.server, result_id(day.walk, "five-0"))
        values = {both.body["outcome"], *(v["value"] for v in both.conflict["outcome"])}
        assert values == {"pass", "fail"}
        for tablet in (day.early, day.late):
            tablet.client.sync()
            assert {op.state for op in tablet.outbox.ops()} == {"kept"}
    finally:
        house.stop()


def test_a_restore_is_noticed_after_others_wrote_over_it(
    database_url: str, make_postgres_database: Callable[[], str], tmp_path: Path
):
    """By the time the old tablet comes, its position holds another change."""
    house = House(database_url, tmp_path)
    day = Day(house, tmp_path, copier(database_url, make_postgres_database, tmp_path))
    try:
        company_walk = uuid7()
        third = RealTablet(house.server, [day.early.actor], day.early.site, tmp_path / "third")
        for number in range(30):
            third.answer(company_walk, f"new-{number}", outcome="pass")
        third.client.push()
        day.late.client.sync()
        day.late.client.sync()
        assert len(day.five_oclock(house.server)) == 5
    finally:
        house.stop()


def test_without_the_check_the_afternoon_is_lost(
    database_url: str,
    make_postgres_database: Callable[[], str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
):
    house = House(database_url, tmp_path)
    day = Day(house, tmp_path, copier(database_url, make_postgres_database, tmp_path))
    try:
        monkeypatch.setattr(restore, "is_known", lambda *_: True)
        day.early.client.sync()
        day.late.client.sync()
        assert day.five_oclock(house.server) == []
    finally:
        house.stop()
