"""``fieldops media debts``, and what ``doctor`` says of old debts."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from tests.cli.helping import Line
from tests.cli.tablets import Company

from fieldops.store import debts
from fieldops.store.debts import AWAITED, Claim
from fieldops_sync.ids import uuid7

DAY_MS = 24 * 3_600_000


@pytest.fixture
def company(line: Line, tmp_path: Path) -> Company:
    """Two photos of one tablet, announced four days and one hour ago, and one without a size."""
    company = Company(line)
    with company.enrol(tmp_path / "pad") as outbox:
        device = outbox.device
    store, now_ms = company.open_store(), company.line_now()
    ages = ((b"a" * 32, 4 * DAY_MS, 3_000_000), (b"b" * 32, DAY_MS // 24, None))
    claims = [
        Claim(sha256, uuid7(), uuid7(), company.site, device, size, now_ms - age_ms, AWAITED)
        for sha256, age_ms, size in ages
    ]
    store.write(lambda s: debts.put(s, claims)).result()
    store.close()
    return company


def test_debts_are_shown_by_inspection_and_by_tablet(company: Company) -> None:
    line = company.line
    shown = line("media", "debts")
    assert "Total: 2 photos have not arrived (3.0 MB + 1 × ?)" in shown
    assert "3.0 MB" in shown
    found = line.json("media", "debts")
    assert [row["photos"] for row in found["inspections"]] == [1, 1]
    assert [(row["photos"], row["unsized"]) for row in found["devices"]] == [(2, 1)]
    assert found["total"]["bytes"] == 3_000_000
    assert "合计：2 张照片未到" in line("media", "debts", lang="zh-CN")


def test_debts_are_chosen_by_age_site_and_tablet(company: Company) -> None:
    line = company.line
    device = line.json("media", "debts")["devices"][0]["device_name"]
    assert line.json("media", "debts", "--older-than", "3d")["total"]["photos"] == 1
    assert line.json("media", "debts", "--older-than", "1h")["total"]["photos"] == 2
    assert line.json("media", "debts", "--site", "CH", "--device", device)["total"]["photos"] == 2
    assert line.problem("media", "debts", "--site", "nowhere") == "unknown-name"
    assert "3d" in line.wrong_usage("media", "debts", "--older-than", "soon")


def owed_check(company: Company) -> dict[str, Any]:
    checks = company.line.json("doctor")["checks"]
    (found,) = [one for one in checks if one["name"] == "photos owed"]
    return dict(found)


def test_doctor_warns_of_old_debts(company: Company) -> None:
    company.line.without_plugins()
    check = owed_check(company)
    assert (check["state"], check["found"]["en"].split()[0]) == ("warn", "1")
    store = company.open_store()
    store.write(lambda s: s.execute(text("UPDATE media_ref SET owed = 0"))).result()
    store.close()
    assert owed_check(company)["state"] == "ok"
    assert "No photo is owed." in company.line("media", "debts")
