"""Admission of a batch in which some may and some may not: each op is decided on by itself."""

from functools import partial
from pathlib import Path

from tests.factories import enrol_tablet, found_company, running

from fieldops_sync.ids import uuid7


def test_who_may_not_write_stops_nobody_else(database_url: str, tmp_path: Path) -> None:
    with running(database_url, tmp_path) as server:
        company = found_company(server)
        tablet = enrol_tablet(server, [company.inspector], company.site)
        walk = {"kind": "inspection", "id": uuid7()}
        result = partial(tablet.op, "result.record@1", inspection=walk["id"])
        score = {"score": "1", "earned": "1", "possible": "1", "scorer": "x", "sections": {}}
        ops = [
            tablet.op("inspection.start@1", subject=walk),
            result(item="floor"),
            result(item="door", actor=uuid7()),
            result(item="lift", site=uuid7()),
            tablet.op("inspection.score@1", subject=walk, marks=[], **score),
            result(item="roof"),
        ]
        told = [(one["status"], one.get("reason")) for one in tablet.receipts_of(ops)]
    refused = ("not-permitted", "out-of-scope", "not-permitted")
    applied = ("applied", None)
    assert told == [applied, applied, *(("quarantined", why) for why in refused), applied]
