"""Posts, keys and cameras against their registers; photos, deadlines and levels."""

from io import BytesIO
from typing import Any, BinaryIO

import pytest
from PIL import Image

from fieldops import Entry, FindingDraft, PhotoView
from fieldops.flow.judge import Verdict
from fieldops.testing import Kit, entry, finding, photo, site

ACCESS, SYSTEMS = "security-posts-and-access", "security-systems"


def told(kit: Kit, checklist: str, rule: str, **given: Any) -> list[FindingDraft]:
    """What one rule finds about a walk like the checklist's first example."""
    walk = kit.walk(checklist, **{"like": 0, **given})
    return [one for one in kit.findings(walk) if one.rule == rule]


def post(key: str, day: str, night: str) -> Entry:
    return entry("posts", key, name=key, guards_day=day, guards_night=night)


def test_post_with_fewer_guards_than_the_register_wants_is_short(kit: Kit) -> None:
    def short(day: str, **given: Any) -> list[tuple[str, str, str]]:
        found = told(kit, ACCESS, "post-short", entries=[post("G-01", day, "1")], **given)
        return [(one.repeat, one.severity, one.evidence["wanted"]) for one in found]

    assert short("2") == []
    assert short("3") == [("东门岗", "major", "3")]
    assert short("3", answers={"watch": "night"}) == []
    nobody = {"post_guards@东门岗": 0, "post_relief@东门岗": 3}
    assert short("1", answers=nobody) == [("东门岗", "critical", "1")]
    assert short("many") == []


def test_post_goes_by_its_name_where_no_code_was_scanned(kit: Kit) -> None:
    entries = [post("大堂岗", "2", "2")]
    without = {"post_code@大堂岗": None}
    found = told(kit, ACCESS, "post-short", entries=entries, answers=without)
    assert [one.repeat for one in found] == ["大堂岗"]


def test_manned_post_that_was_not_looked_at_is_told(kit: Kit) -> None:
    entries = [post("G-01", "1", "1"), post("G-09", "1", "0")]
    found = told(kit, ACCESS, "post-not-visited", entries=entries)
    assert [(one.repeat, one.severity) for one in found] == [("G-09", "minor")]
    by_night = {"answers": {"watch": "night"}, "entries": entries}
    assert told(kit, ACCESS, "post-not-visited", **by_night) == []
    assert told(kit, ACCESS, "post-not-visited", entries=entries, state="draft") == []
    assert kit.rules(kit.walk(like=0, entries=entries)) == [], "a patrol does not look at posts"


def test_open_door_beside_an_empty_post_is_critical(kit: Kit) -> None:
    empty = {"post_guards@大堂岗": 0, "post_relief@大堂岗": 3}
    open_ = {"door_locks@东门": "fail"}
    (found,) = told(kit, ACCESS, "entrance-unguarded", answers={**empty, **open_})
    assert (found.item, found.repeat, found.severity) == ("door_locks", "东门", "critical")
    assert told(kit, ACCESS, "entrance-unguarded", answers=empty) == []
    assert told(kit, ACCESS, "entrance-unguarded", answers=open_) == []


def key(code: str, kind: str, sets: str = "2") -> Entry:
    return entry("keys", code, name=code, kind=kind, sets=sets)


@pytest.mark.parametrize(
    ("kind", "in_cabinet", "expected"),
    [("master", 0, ["critical"]), ("master", 1, []), ("master", 2, []), ("plant", 0, [])],
)
def test_missing_master_key_is_critical(
    kit: Kit, kind: str, in_cabinet: int, expected: list[str]
) -> None:
    answers = {"key_in_cabinet@总钥匙": in_cabinet}
    entries = [key("K-M01", kind)]
    found = told(kit, SYSTEMS, "master-key-missing", answers=answers, entries=entries)
    assert [one.severity for one in found] == expected


@pytest.mark.parametrize(
    ("made", "expected"), [("2", []), ("3", ["major"]), ("1", ["minor"]), ("some", [])]
)
def test_list_is_compared_with_what_was_made(kit: Kit, made: str, expected: list[str]) -> None:
    found = told(kit, SYSTEMS, "key-list-differs", entries=[key("K-M01", "plant", made)])
    assert [one.severity for one in found] == expected


def test_key_that_nobody_counted_is_told(kit: Kit) -> None:
    entries = [key("K-M01", "master"), key("K-M02", "master"), key("K-U11", "unit")]
    found = told(kit, SYSTEMS, "key-not-counted", entries=entries)
    assert [(one.repeat, one.severity) for one in found] == [("K-M02", "major"), ("K-U11", "minor")]


def test_share_of_cameras_is_judged_in_both_checklists(kit: Kit) -> None:
    (found,) = told(kit, SYSTEMS, "cameras-blind", answers={"cctv_online": 102})
    assert (found.section, found.severity) == ("cctv", "critical")
    just = {"cctv_total": 100, "cctv_online": 80}
    assert told(kit, SYSTEMS, "cameras-blind", answers=just) == []


def test_camera_that_is_down_again_is_linked_and_counted(kit: Kit) -> None:
    def again(*days: str, **given: Any) -> list[tuple[str, str, str]]:
        earlier = [kit.walk(SYSTEMS, like=1, date=day) for day in days]
        only = {"camera_code@西门": None, "camera_hours_down@西门": None}
        given = {"answers": only, **given}
        found = told(kit, SYSTEMS, "camera-down-again", like=1, earlier=earlier, **given)
        return [(one.repeat, one.severity, one.evidence["days"]) for one in found]

    assert again() == []
    assert again("2026-11-21") == [], "a second look on the same day"
    assert again("2026-10-22") == [("地库入口", "minor", "2026-11-21, 2026-10-22")]
    assert again("2026-10-21") == []
    ((_, severity, _),) = again("2026-11-20", "2026-11-12")
    assert severity == "major"
    another = {"camera_code@地库入口": "C-XX", "camera_code@西门": "C-YY"}
    assert again("2026-11-20", answers=another) == []


def test_place_that_no_camera_sees_any_more_is_told_once(kit: Kit) -> None:
    def unwatched(*others: Entry) -> list[str]:
        cellar = entry("cameras", "C-B1-02", place="地库")
        found = told(kit, SYSTEMS, "place-unwatched", like=1, entries=[cellar, *others])
        return [one.repeat for one in found]

    assert unwatched() == ["地库入口"]
    assert unwatched(entry("cameras", "C-1F-09", place="地库")) == ["地库入口"]
    assert unwatched(entry("cameras", "C-B1-03", place="地库")) == []
    assert unwatched(entry("cameras", "C-B1-03", place="地库", retired=True)) == ["地库入口"]


def noted(kit: Kit, one: PhotoView, size: tuple[int, int] | None = None) -> list[str]:
    def open_photo(_: PhotoView) -> BinaryIO:
        if size is None:
            raise OSError("the store is down")
        file = BytesIO()
        Image.new("L", size).save(file, "PNG")
        file.seek(0)
        return file

    verdict = kit.judge(kit.walk(SYSTEMS, like=0, photos=[one]), open_photo)
    assert isinstance(verdict, Verdict)
    return [one.draft.rule for one in verdict.raised]


def test_code_wants_a_larger_picture_than_a_view(kit: Kit) -> None:
    code, view = photo("box_code", repeat="1F东"), photo("box_clear", repeat="1F东")
    assert noted(kit, code, (1280, 719)) == ["photo.code-unreadable"]
    assert noted(kit, code, (720, 1280)) == []
    assert noted(kit, view, (1280, 479)) == ["photo.too-small"]
    assert noted(kit, view, (480, 640)) == []
    assert noted(kit, photo(size_bytes=300_001), (10, 10)) == []
    assert noted(kit, code) == [], "bytes that cannot be had are no fault of the photo"


def test_signatures_and_photos_do_not_stand_in_for_each_other(kit: Kit) -> None:
    assert noted(kit, photo("box_clear", "signature")) == ["photo.wrong-role"]
    assert noted(kit, photo("technician_signature")) == ["photo.wrong-role"]
    assert noted(kit, photo("technician_signature", "signature")) == []


@pytest.mark.parametrize(
    ("rule", "severity", "expected"),
    [
        ("fire-lane-impassable", "critical", "2026-11-21T22:00:00+08:00"),
        ("master-key-missing", "critical", "2026-11-22T00:00:00+08:00"),
        ("patrol-point-missed", "major", "2026-11-22T20:00:00+08:00"),
        ("patrol-late", "minor", "2026-11-22T12:00:00+08:00"),
        ("unheard-of", "critical", "2026-11-22T08:00:00+08:00"),
    ],
)
def test_deadline_goes_by_rule_then_by_severity(
    kit: Kit, rule: str, severity: Any, expected: str
) -> None:
    draft = FindingDraft(rule=rule, severity=severity, titles={"zh-CN": "堵", "en": "Blocked"})
    assert kit.call("set_deadline", finding=finding(draft), site=site()) == expected


def test_who_visited_whom_and_where_guards_were_is_confidential(kit: Kit) -> None:
    patrol = kit.call("declare_fields", checklist=kit.checklist("security-patrol"))
    assert patrol["incident_note"] == patrol["patrol_location"] == 3
    assert patrol["point_visited_at"] == patrol["guard_on_duty"] == 2
    access = kit.call("declare_fields", checklist=kit.checklist(ACCESS))
    assert access == {"watch_leader": 2, "visitor_record": 3, "watch_signature": 3}
