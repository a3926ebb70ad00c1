"""The table of deploy/README.md is what was certified, of the versions that are locked."""

import re
from importlib.metadata import version
from pathlib import Path

import pytest
from tests.store.stores import ABILITIES, PACKAGES, S3_KINDS

README = (Path(__file__).parents[2] / "deploy" / "README.md").read_text(encoding="utf-8")
ROWS = {
    "refuses a wrong signature": "signatures",
    "refuses a wrong `x-amz-checksum-sha256`": "sums",
    "refuses a second PUT (`If-None-Match: *`)": "new only",
    "copies on condition of the ETag": "copy if",
    "versions": "versions",
    "object lock: legal hold": "locks",
    "object lock: retention": "retention",
}


def cells(name: str) -> list[str]:
    (row,) = re.findall(rf"^\| {re.escape(name)} \|(.*)\|$", README, re.MULTILINE)
    return [cell.strip() for cell in row.split("|")]


@pytest.mark.parametrize("name", ROWS)
def test_the_table_says_what_each_server_was_seen_to_do(name: str):
    _disk, *said = cells(name)
    able = [ROWS[name] in ABILITIES[kind] for kind in S3_KINDS]
    assert [cell == "yes" for cell in said] == able


def test_the_table_names_the_versions_that_were_tried():
    named = [f"{PACKAGES[kind]} {version(PACKAGES[kind])}" for kind in S3_KINDS]
    for name in named:
        assert f"| {name} " in README, f"certify {name} and say so, with the date"


def test_every_ability_stands_in_the_table():
    assert set(ROWS.values()) == frozenset().union(*ABILITIES.values())
