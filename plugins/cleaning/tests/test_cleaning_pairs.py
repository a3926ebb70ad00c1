"""Photos before and after: missing, incomplete, reversed, the same, too quick, too small."""

from io import BytesIO
from typing import Any, BinaryIO

import pytest
from PIL import Image

from fieldops import Finding, FindingDraft, Inspection, PhotoView
from fieldops.flow.judge import Verdict
from fieldops.testing import Kit, finding, photo, site

SPOT = ("deep_floor", "大堂A")
NINE, TEN = "2026-11-21T09:00:00+08:00", "2026-11-21T10:00:00+08:00"


def deep(kit: Kit, *photos: PhotoView, **given: Any) -> Inspection:
    """A walk with these photos of the lobby's floor, and good pairs of all other deep items."""
    plain = kit.walk("cleaning-periodic", like=0)
    slots = [(r.item, r.repeat) for r in plain.results if r.item.startswith("deep_")]
    pairs = [
        photo(item, role, repeat, taken_at=NINE if role == "before" else TEN)
        for item, repeat in slots
        if (item, repeat) != SPOT
        for role in ("before", "after")
    ]
    return kit.walk("cleaning-periodic", like=0, photos=[*pairs, *photos], **given)


def half(role: str, taken_at: str = NINE, **members: Any) -> PhotoView:
    return photo(SPOT[0], role, SPOT[1], taken_at=taken_at, **members)


def told(kit: Kit, *photos: PhotoView, **given: Any) -> list[tuple[str, str]]:
    found = kit.findings(deep(kit, *photos, **given))
    assert all((one.item, one.repeat) == SPOT for one in found)
    return [(one.rule, one.severity) for one in found]


def test_deep_cleaning_with_all_its_pairs_raises_nothing(kit: Kit) -> None:
    assert kit.rules(deep(kit, half("before"), half("after", TEN))) == []


def test_deep_item_without_any_pair_is_told_once_the_walk_is_finished(kit: Kit) -> None:
    assert told(kit) == [("pair-missing", "major")]
    assert told(kit, half("evidence")) == [("pair-missing", "major")]
    assert told(kit, state="draft") == []


@pytest.mark.parametrize(("have", "missing"), [("before", "after"), ("after", "before")])
def test_photo_without_its_pair_is_told(kit: Kit, have: str, missing: str) -> None:
    assert told(kit, half(have)) == [("pair-incomplete", "major")]
    walk = kit.walk(like=0, photos=[photo("lobby_floor", have)])
    (found,) = kit.findings(walk)
    assert (found.rule, found.item, found.severity) == ("pair-incomplete", "lobby_floor", "minor")
    assert found.evidence == {"missing": missing}
    assert kit.rules(kit.walk(like=0, photos=walk.photos, state="draft")) == []


def test_daily_pair_and_plain_evidence_are_fine(kit: Kit) -> None:
    photos = [photo("lobby_floor", "before"), photo("lobby_floor", "after"), photo("drains")]
    assert kit.rules(kit.walk(like=0, photos=photos)) == []


def test_after_taken_before_before_is_told(kit: Kit) -> None:
    assert told(kit, half("before", TEN), half("after", NINE)) == [("pair-reversed", "major")]
    in_another_zone = half("after", "2026-11-21T01:30:00+00:00")
    assert told(kit, half("before", NINE), in_another_zone) == []


def test_spots_cleaned_in_turn_are_in_order_unless_the_last_is_not(kit: Kit) -> None:
    half_past = "2026-11-21T09:30:00+08:00"
    turns = [half("before", NINE), half("after", half_past), half("before", half_past)]
    assert told(kit, *turns, half("after", TEN)) == []
    assert told(kit, *turns[:2], half("before", TEN)) == [("pair-reversed", "major")]


@pytest.mark.parametrize("taken", ["", "yesterday", "2026-11-21T09:00:00"])
def test_time_that_cannot_be_compared_is_not_held_against_a_pair(kit: Kit, taken: str) -> None:
    assert told(kit, half("before", TEN), half("after", taken)) == []


def test_same_picture_twice_is_told(kit: Kit) -> None:
    same = "ab" * 32
    twice = [half("before", NINE, sha256=same), half("after", TEN, sha256=same)]
    assert told(kit, *twice) == [("pair-same-picture", "major")]


def test_pair_within_five_minutes_was_not_deep_cleaning(kit: Kit) -> None:
    quick, slow = "2026-11-21T09:04:59+08:00", "2026-11-21T09:05:00+08:00"
    assert told(kit, half("before"), half("after", quick)) == [("pair-too-quick", "minor")]
    assert told(kit, half("before"), half("after", slow)) == []


def looked_at(kit: Kit, one: PhotoView, body: bytes | None) -> list[str]:
    """The rules of what is noted about one photo; without a body its bytes cannot be had."""

    def open_photo(_: PhotoView) -> BinaryIO:
        if body is None:
            raise OSError("the store is down")
        return BytesIO(body)

    verdict = kit.judge(kit.walk("cleaning-periodic", like=0, photos=[one]), open_photo)
    assert isinstance(verdict, Verdict)
    return [one.draft.rule for one in verdict.raised if one.draft.rule.startswith("photo.")]


def jpeg(size: tuple[int, int]) -> bytes:
    file = BytesIO()
    Image.new("L", size).save(file, "JPEG")
    return file.getvalue()


def test_photo_of_deep_cleaning_says_which_half_it_is(kit: Kit) -> None:
    assert looked_at(kit, half("evidence"), None) == ["photo.role-missing"]
    assert looked_at(kit, half("before"), None) == []
    assert looked_at(kit, photo("wet_signs"), None) == []
    assert looked_at(kit, photo(), None) == [], "a photo of the whole walk"


def test_small_picture_is_told_and_an_unreadable_one_is_not(kit: Kit) -> None:
    assert looked_at(kit, photo("wet_signs"), jpeg((800, 479))) == ["photo.too-small"]
    assert looked_at(kit, photo("wet_signs"), jpeg((800, 480))) == []
    assert looked_at(kit, photo("wet_signs"), b"not a picture") == []
    assert looked_at(kit, photo("wet_signs", "signature"), jpeg((200, 80))) == []
    large = photo("wet_signs", size_bytes=200_001)
    assert looked_at(kit, large, jpeg((10, 10))) == [], "its size says that it is not small"


def due(kit: Kit, rule: str, severity: Any, timezone: str = "Asia/Shanghai") -> str:
    draft = FindingDraft(rule=rule, severity=severity, titles={"zh-CN": "脏", "en": "Dirty"})
    about: Finding = finding(draft)
    given: str = kit.call("set_deadline", finding=about, site=site(timezone=timezone))
    return given


def test_danger_is_due_in_hours_and_dirt_the_next_evening(kit: Kit) -> None:
    assert due(kit, "slip-hazard", "critical") == "2026-11-21T21:00:00+08:00"
    assert due(kit, "toilet-unusable", "major") == "2026-11-22T00:00:00+08:00"
    assert due(kit, "repeat-failure", "critical") == "2026-11-22T00:00:00+08:00"
    assert due(kit, "pair-missing", "major") == "2026-11-22T20:00:00+08:00"
    assert due(kit, "pair-incomplete", "minor") == "2026-11-22T18:00:00+08:00"
    assert due(kit, "pair-incomplete", "minor", "") == "2026-11-22T18:00:00+00:00"
