"""A base may name any op there is: what an op says of another subject is not shown by that."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.factories import (
    Server,
    Tablet,
    add_person,
    enrol_tablet,
    found_company,
    running,
    sign_in,
)

from fieldops.model.access import Role
from fieldops_sync.ids import result_id, uuid7

SECRET = "the safe of Cloud Tower stands open"
WALK = uuid7()
X = result_id(WALK, "x")


@pytest.fixture
def tablets(database_url: str, tmp_path: Path) -> Iterator[tuple[Tablet, Tablet]]:
    """A tablet of each of two sites."""
    with running(database_url, tmp_path) as server:
        company = found_company(server)
        other = server.do(
            lambda s: add_person(s, Role.INSPECTOR, {company.other_site}, now_ms=server.clock())
        )
        yield (
            enrol_tablet(server, [company.inspector], company.site),
            enrol_tablet(server, [other], company.other_site),
        )


def test_who_knows_a_foreign_op_reads_nothing_by_naming_it(
    tablets: tuple[Tablet, Tablet],
) -> None:
    """Each pull tells the id of the last change of the organisation, whose site it may be."""
    mine, theirs = tablets
    theirs.receipts_of([theirs.op("result.record@1", inspection=uuid7(), item="safe", note=SECRET)])
    known = mine.pull(mine.pull_all()[1])["seen"]["change"]
    first = mine.op("result.record@1", inspection=WALK, item="x", note="mine")
    naming = mine.op("result.record@1", inspection=WALK, item="x", value="v", base=[known])
    again = mine.op("result.record@1", inspection=WALK, item="x", note="c", base=[first["id"]])
    mine.receipts_of([first, naming])
    assert mine.receipts_of([again])[0]["status"] == "merged"
    shown = [one for one in mine.pull_all()[0] if one["id"] == str(X)]
    assert (shown[0]["body"]["note"], "conflict" in shown[0]) == ("c", False)
    told = seen_at_the_desk(mine.server, mine, f"records/{X}/history")
    assert [step["op"] for step in told] == [first["id"], naming["id"], again["id"]]
    assert SECRET not in str([shown, told])


def test_an_op_of_the_same_batch_is_no_revision_of_another_subject(
    tablets: tuple[Tablet, Tablet],
) -> None:
    mine, _ = tablets
    other = mine.op("result.record@1", inspection=WALK, item="other", note="of another item")
    first = mine.op("result.record@1", inspection=WALK, item="x", note="mine")
    naming = mine.op("result.record@1", inspection=WALK, item="x", value="v", base=[other["id"]])
    again = mine.op("result.record@1", inspection=WALK, item="x", note="c", base=[first["id"]])
    found = mine.receipts_of([other, first, naming, again])
    assert [one["status"] for one in found] == ["applied", "applied", "merged", "merged"]


def seen_at_the_desk(server: Server, tablet: Tablet, path: str) -> Any:
    answer = server.client.get(f"/api/v1/{path}", headers=sign_in(server, tablet.actor))
    assert answer.status_code == 200
    return answer.json()
