"""Pitfall 17: a tablet is cloned, and both clones push."""

import shutil
from pathlib import Path

import pytest
from tests.factories import Company, Server
from tests.pitfalls.helping import RealTablet, counts

from fieldops.flow import push
from fieldops_sync.ids import uuid7
from fieldops_sync.outbox import Outbox


def clone(tablet: RealTablet, folder: Path) -> RealTablet:
    """A second tablet with the same folder, as a restored phone backup makes it."""
    tablet.outbox.close()
    shutil.copytree(tablet.folder, folder)
    tablet.reopen()
    other = object.__new__(RealTablet)
    other.folder, other.site, other.actor = folder, tablet.site, tablet.actor
    other.outbox = Outbox(folder)
    other.connect(tablet.server)
    return other


def clones(server: Server, company: Company, folder: Path) -> tuple[RealTablet, RealTablet, int]:
    """Two clones with ops of before the copy (unsent) and of their own; how many in all."""
    first = RealTablet(server, [company.inspector], company.site, folder / "first")
    walk = uuid7()
    for number in range(3):
        first.answer(walk, f"sent-{number}", outcome="pass")
    first.client.push()
    for number in range(4):
        first.answer(walk, f"waiting-{number}", outcome="pass")
    second = clone(first, folder / "second")
    for number in range(5):
        first.answer(walk, f"first-{number}", outcome="pass")
        second.answer(walk, f"second-{number}", outcome="fail")
    return first, second, 3 + 4 + 5 + 5


def test_both_end_with_their_own_incarnation(server: Server, company: Company, tmp_path: Path):
    first, second, total = clones(server, company, tmp_path)
    before = counts(server)["ledger"] - 3
    for tablet in (first, second, first, second):
        tablet.client.sync()
    assert first.outbox.incarnation != second.outbox.incarnation
    assert counts(server)["ledger"] - before == total
    for tablet in (first, second):
        assert {op.state for op in tablet.outbox.ops()} == {"kept"}


def test_without_the_fork_check_they_share_one(
    server: Server, company: Company, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(push, "_check_fork", lambda *_: None)
    first, second, _ = clones(server, company, tmp_path)
    for tablet in (first, second):
        tablet.client.sync()
    assert first.outbox.incarnation == second.outbox.incarnation
