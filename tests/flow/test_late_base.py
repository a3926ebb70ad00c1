"""What an op was made on may come after it: then it settles, for all that follow, what it saw."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.factories import Tablet, enrol_tablet, found_company, running

from fieldops_sync.ids import result_id, uuid7

WALK = uuid7()


@pytest.fixture
def tablet(database_url: str, tmp_path: Path) -> Iterator[Tablet]:
    with running(database_url, tmp_path) as server:
        company = found_company(server)
        yield enrol_tablet(server, [company.inspector], company.site)


@pytest.mark.parametrize("is_one_batch", [True, False])
def test_an_op_behind_a_late_base_does_not_bring_back_what_that_wrote_over(
    tablet: Tablet, is_one_batch: bool
) -> None:
    first = note(tablet, "first")
    late = note(tablet, "late", first["id"])
    last = note(tablet, "last", late["id"])
    stranger = note(tablet, "beside", str(uuid7()))
    tablet.receipts_of([first])
    assert tablet.receipts_of([last])[0]["status"] == "conflict"
    for ops in [[late, stranger]] if is_one_batch else [[late], [stranger]]:
        tablet.receipts_of(ops)
    subject = str(result_id(WALK, "x"))
    shown = next(one for one in tablet.pull_all()[0] if one["id"] == subject)
    values = [shown["body"]["note"], *(one["value"] for one in shown["conflict"]["note"])]
    assert sorted(values) == ["beside", "last"]


def note(tablet: Tablet, text: str, *base: str) -> dict[str, Any]:
    return tablet.op("result.record@1", inspection=WALK, item="x", note=text, base=list(base))
