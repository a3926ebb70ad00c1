"""The section of exports: what a destination needs, and what it cannot be."""

from typing import Any

import pytest
from pydantic import ValidationError

from fieldops.destinations import Destination, ExportSettings
from fieldops.settings import SettingsError, load_settings

HOOK: dict[str, Any] = {
    "name": "hook",
    "kind": "webhook",
    "url": "https://a.example/x?key=1",
    "secret_file": "s",
}
FOLDER: dict[str, Any] = {"name": "office", "kind": "folder", "folder": "out"}


@pytest.mark.parametrize(
    "schedule", ["", "30 2 * * *", "0 0 1 * *", "5 4 * * SUN", "30  2 * * 1-5"]
)
def test_schedules_that_name_one_time_of_day(schedule: str):
    assert Destination(**FOLDER, schedule=schedule).schedule == " ".join(schedule.split())


@pytest.mark.parametrize(
    "schedule",
    ["* 2 * * *", "0 */2 * * *", "0,30 2 * * *", "0 2 * *", "0 0 2 * * *", "0 25 * * *",
     "0 2 30 2 *", "0 2 * * XYZ", "nightly"],
)  # fmt: skip
def test_schedules_that_cannot_be(schedule: str):
    with pytest.raises(ValidationError, match=r"cron|time of day"):
        Destination(**FOLDER, schedule=schedule)


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({"kind": "folder", "folder": None}, "also needs folder"),
        ({"kind": "s3", "bucket": "b"}, "also needs endpoint, access_key, secret_file"),
        ({"kind": "sftp", "host": "h"}, "also needs user, path, key_file, host_key"),
        ({"kind": "webhook", "url": "https://a.example"}, "also needs secret_file"),
        ({"kind": "webhook", "url": "http://a.example", "secret_file": "s"}, "begins with https"),
        ({"kind": "webhook", "url": "https://u@a.example", "secret_file": "s"}, "holds no name"),
        ({"kind": "pull", "accept": "verified"}, "accept = 'ack'"),
        ({"kind": "pull", "formats": ["csv"]}, "needs 'jsonl'"),
        ({"level": 2}, "also needs purpose"),
        ({"formats": []}, "at least 1"),
        ({"name": "Head Office"}, "pattern"),
        ({"colour": "red"}, "Extra inputs"),
    ],
)
def test_a_destination_that_cannot_be_is_refused_with_words(given: dict[str, Any], wrong: str):
    with pytest.raises(ValidationError, match=wrong):
        Destination(**FOLDER | given)


def test_two_destinations_need_two_names():
    with pytest.raises(SettingsError, match="same name: office"):
        load_settings(export={"destinations": [FOLDER, FOLDER]})


def test_a_destination_says_where_it_is_without_its_secrets():
    given = ExportSettings(
        destinations=(
            Destination(**FOLDER),
            Destination(**HOOK),
        )
    )
    assert [one.place for one in given.destinations] == ["out", "https://a.example/x"]
    assert given.destination("office") == given.destinations[0]
    assert given.destination("nobody") is None
