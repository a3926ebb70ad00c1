"""Evidence notes: each code with what calls for it and what does not, and what they weigh."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldops.model.evidence import Exhibit, Gap, Place, Times, Twin
from fieldops.model.picture import Measures
from fieldops.rules import evidence
from fieldops.rules.evidencetexts import TEXTS
from fieldops.rules.evidencetimes import day
from fieldops.rules.places import metres, point
from fieldops.settings import EvidenceSettings
from fieldops_sync.payloads import EvidenceNote, PhotoNote, PictureFacts

SCALE = EvidenceSettings()
ZONE = "Asia/Shanghai"
HOUR, DAY = 3_600_000, 86_400_000
SITE, OTHER, WALK, PHOTO = (UUID(int=number) for number in (1, 2, 3, 4))
HERE = Place(SITE, WALK, "floor", "", "2026-11-21")
FENCE = {"latitude": "31.23", "longitude": "121.47", "radius_m": "300"}
SEEN = Measures(dhash="0f0f0f0f3c3c3c3c", sharpness=400.0, brightness=120.0, contrast=50.0)


def ms(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp() * 1000)


NOON = ms("2026-11-21T12:00:00+08:00")


def times(**members: Any) -> Times:
    plain: dict[str, Any] = {
        "received_ms": NOON + HOUR,
        "zone": ZONE,
        "wall": "2026-11-21T12:00:00+08:00",
        "offset_min": 480,
        "taken_ms": NOON,
        "true_taken_ms": NOON,
        "recorded_ms": NOON,
        "true_recorded_ms": NOON,
    }
    return Times(**{**plain, **members})


def facts(**members: Any) -> PictureFacts:
    plain = {"verdict": "decoded", "format": "JPEG", "camera": "Maker Model"}
    return PictureFacts(**{**plain, **members})


def exhibit(**members: Any) -> Exhibit:
    plain: dict[str, Any] = {"place": HERE, "facts": facts(), "measures": SEEN, "times": times()}
    return Exhibit(**{**plain, **members})


def noted(x: Exhibit, scale: EvidenceSettings = SCALE) -> dict[str, EvidenceNote]:
    return {one.code: one for one in evidence.notes(x, scale)}


def test_a_good_photo_bears_no_note():
    x = exhibit(
        facts=facts(taken="2026-11-21T12:00:03", latitude="31.2301", longitude="121.4702"),
        latitude="31.2301",
        longitude="121.4701",
        accuracy_m="8",
        fence=FENCE,
    )
    assert noted(x) == {}
    assert evidence.risk([]) == 0


# Used again


def twin(bits: int = 0, no: int = 7, **members: Any) -> Twin:
    plain = {"site": SITE, "inspection": UUID(int=9), "item": "floor", "day": "2026-11-21"}
    return Twin(PHOTO, no, Place(**{**plain, **members}), bits)


@pytest.mark.parametrize(
    ("other", "differs"),
    [
        ({"site": OTHER}, "site"),
        ({"item": "glass"}, "item"),
        ({"repeat": "lift 2"}, "item"),
        ({"day": "2026-11-20"}, "date"),
        ({"site": OTHER, "item": "glass", "day": "2026-11-20"}, "site, item, date"),
    ],
)
def test_the_same_bytes_elsewhere_are_noted(other: dict[str, Any], differs: str):
    found = noted(exhibit(same=(twin(**other),)))["same-bytes"]
    assert found.weight == SCALE.weights.same_bytes
    assert found.evidence["differs"] == differs
    assert (found.evidence["photo"], found.evidence["site"]) == (
        str(PHOTO),
        str(other.get("site", SITE)),
    )
    assert "bits" not in found.evidence
    assert "more" not in found.evidence


def test_the_same_item_shot_twice_on_a_day_is_no_note():
    again = (twin(), twin(inspection=WALK))
    assert noted(exhibit(same=again, near=again)) == {}
    assert noted(exhibit(same=(twin(day=""),))) == {}, "a day that is not known differs from none"


@pytest.mark.parametrize(("bits", "is_noted"), [(0, True), (7, True), (8, True), (9, False)])
def test_near_duplicates_reach_to_the_threshold(bits: int, is_noted: bool):
    found = noted(exhibit(near=(twin(bits, site=OTHER),)))
    assert ("near-duplicate" in found) == is_noted
    if is_noted:
        assert found["near-duplicate"].evidence["bits"] == str(bits)
    strict = EvidenceSettings(near_bits=6)
    assert ("near-duplicate" in noted(exhibit(near=(twin(bits, site=OTHER),)), strict)) == (
        bits <= 6
    )


def test_the_nearest_then_the_earliest_is_named_and_the_others_counted():
    near = (twin(3, 5, site=OTHER), twin(1, 9, item="b"), twin(1, 8, item="a"), twin(0, 1))
    found = noted(exhibit(near=near))["near-duplicate"].evidence
    assert (found["item"], found["bits"], found["more"]) == ("a", "1", "2")


@pytest.mark.parametrize(
    ("measures", "is_compared"),
    [
        (None, False),
        ({"contrast": 9.9}, False),
        ({"contrast": 10.0}, True),
        ({"dhash": f"{(1 << 8) - 1:016x}"}, False),
        ({"dhash": f"{(1 << 9) - 1:016x}"}, True),
        ({"dhash": f"{(1 << 55) - 1:016x}"}, True),
        ({"dhash": f"{(1 << 56) - 1:016x}"}, False),
    ],
)
def test_plain_pictures_are_compared_with_none(measures: dict[str, Any] | None, is_compared: bool):
    seen = None if measures is None else msgspec.structs.replace(SEEN, **measures)
    found = noted(exhibit(measures=seen, near=(twin(2, site=OTHER),)))
    assert ("near-duplicate" in found) == is_compared


def test_a_gap_in_the_devices_own_numbers_is_noted():
    assert noted(exhibit(gap=Gap(12, 12)))["counter-gap"].evidence == {
        "missing": "12",
        "count": "1",
    }
    found = noted(exhibit(gap=Gap(12, 14)))["counter-gap"].evidence
    assert found == {"missing": "12–14", "count": "3"}


# Times


def shot(taken: str, **members: Any) -> dict[str, EvidenceNote]:
    return noted(exhibit(facts=facts(taken=taken), times=times(**members)))


@pytest.mark.parametrize(
    ("taken", "is_noted"),
    [
        ("2026-11-21T12:00:00", False),
        ("2026-11-21T14:00:00", False),
        ("2026-11-21T14:01:00", True),
        ("2026-11-21T10:00:00+08:00", False),
        ("2026-11-21T09:59:59+08:00", True),
        ("2026-11-21T04:00:00Z", False),
        ("2026-11-18T12:00:00", True),
        ("not a time", False),
        ("", False),
    ],
)
def test_the_cameras_time_against_the_claimed_one(taken: str, is_noted: bool):
    assert ("exif-time" in shot(taken)) == is_noted


def test_without_an_offset_the_tablets_zone_counts_as_well_as_the_sites():
    utc = {"wall": "2026-11-21T04:00:00+00:00", "offset_min": 0}
    assert shot("2026-11-21T04:00:00", **utc) == {}
    assert shot("2026-11-21T12:00:00", **utc) == {}
    assert "exif-time" in shot("2026-11-21T08:00:00", **utc)
    found = shot("2026-11-21T15:00:00")["exif-time"].evidence
    assert found == {
        "exif": "2026-11-21T15:00:00",
        "minutes": "180",
        "claimed": "2026-11-21T12:00:00+08:00",
    }


def test_a_clock_of_1970_is_not_evidence():
    old = ms("1970-01-02T08:00:00+08:00")
    standing = {
        "wall": "1970-01-02T08:00:00+08:00",
        "taken_ms": old,
        "recorded_ms": old + 1000,
    }
    assert shot("1970-01-02T08:00:00", **standing) == {}, (
        "camera and tablet agree, and are put right"
    )
    assert shot("2026-11-21T12:00:00", **standing) == {}, "another camera, with the right time"
    uncorrected = {**standing, "true_taken_ms": None, "true_recorded_ms": None}
    found = shot("1970-01-02T08:00:00", **uncorrected)
    assert list(found) == ["claimed-time"]
    assert found["claimed-time"].evidence["claimed"] == "1970-01-02T08:00:00+08:00"


def test_a_photo_days_older_than_its_record_is_noted_though_its_claim_agrees():
    old = NOON - 3 * DAY
    claim = {"wall": "2026-11-18T12:00:00+08:00", "taken_ms": old, "true_taken_ms": old}
    found = shot("2026-11-18T12:00:00", **claim)["exif-time"].evidence
    assert (found["minutes"], found["recorded"]) == (str(3 * 24 * 60), "2026-11-21T04:00:00+00:00")
    near = NOON - DAY
    claim = {"wall": "2026-11-20T12:00:00+08:00", "taken_ms": near, "true_taken_ms": near}
    assert shot("2026-11-20T12:00:00", **claim) == {}, "a day is the limit"


def test_with_no_readable_clock_the_camera_is_held_against_the_receipt():
    blind = {
        "wall": "yesterday",
        "offset_min": None,
        "taken_ms": None,
        "true_taken_ms": None,
        "recorded_ms": None,
        "true_recorded_ms": None,
    }
    assert list(shot("2026-11-21T12:00:00", **blind)) == ["claimed-time"]
    assert list(shot("2026-11-21T18:00:00", **blind)) == ["exif-time", "claimed-time"]
    assert list(shot("2026-11-21T18:00:00", **{**blind, "wall": ""})) == ["exif-time"]


@pytest.mark.parametrize(
    ("claimed_ms", "codes"),
    [
        (NOON + HOUR + 10 * 60_000, []),
        (NOON + HOUR + 10 * 60_000 + 1, ["claimed-time"]),
        (ms("2036-11-21T12:00:00+08:00"), ["claimed-time"]),
        (NOON + HOUR - 7 * DAY, []),
        (NOON + HOUR - 7 * DAY - 1, ["late-claim"]),
        (NOON + HOUR - 365 * DAY, ["late-claim"]),
        (NOON + HOUR - 365 * DAY - 1, ["claimed-time"]),
    ],
)
def test_a_claim_that_nothing_corrects(claimed_ms: int, codes: list[str]):
    claim = {"taken_ms": claimed_ms, "recorded_ms": claimed_ms}
    found = noted(exhibit(times=times(**claim, true_taken_ms=None, true_recorded_ms=None)))
    assert list(found) == codes


def test_a_corrected_claim_is_late_by_the_servers_clock_and_never_impossible():
    future = ms("2036-11-21T12:00:00+08:00")
    assert noted(exhibit(times=times(taken_ms=future))) == {}
    late = times(true_taken_ms=NOON + HOUR - 8 * DAY)
    found = noted(exhibit(times=late))["late-claim"].evidence
    assert found == {
        "taken": "2026-11-13T05:00:00+00:00",
        "received": "2026-11-21T05:00:00+00:00",
        "days": "8",
    }
    assert noted(exhibit(times=times(true_taken_ms=NOON + 9 * HOUR))) == {}, "never after receipt"


@pytest.mark.parametrize(
    ("zone", "moment", "date"),
    [
        (ZONE, "2026-11-21T15:59:59+00:00", "2026-11-21"),
        (ZONE, "2026-11-21T16:00:00+00:00", "2026-11-22"),
        ("America/New_York", "2026-11-22T04:59:59+00:00", "2026-11-21"),
        ("America/New_York", "2026-11-22T05:00:00+00:00", "2026-11-22"),
        ("no such zone", "2026-11-21T23:59:59+00:00", "2026-11-21"),
    ],
)
def test_the_day_turns_at_midnight_of_the_site(zone: str, moment: str, date: str):
    taken = ms(moment)
    assert day(times(zone=zone, true_taken_ms=taken, received_ms=taken + DAY), SCALE) == date


def test_the_day_follows_the_best_clock_there_is():
    lost = {"true_taken_ms": None, "taken_ms": ms("1970-01-01T00:00:00Z")}
    assert day(times(**lost), SCALE) == "2026-11-21"
    assert day(times(true_taken_ms=None, taken_ms=NOON - DAY), SCALE) == "2026-11-20"
    assert day(times(true_taken_ms=None, taken_ms=None), SCALE) == "2026-11-21"
    assert day(times(true_taken_ms=-(10**17)), SCALE) == "0001-01-02"


# Places


def fenced(exif: str | None, claim: str | None, accuracy: str | None = None) -> dict[str, Any]:
    return noted(
        exhibit(
            facts=facts(latitude=exif, longitude=exif and "121.47"),
            latitude=claim,
            longitude=claim and "121.47",
            accuracy_m=accuracy,
            fence=FENCE,
        )
    )


def test_either_place_beyond_the_fence_is_noted_with_its_distance():
    far = fenced("31.25", None)["outside-fence"].evidence
    assert far == {"exif_m": "1924", "radius_m": "300"}
    near = fenced("31.2301", "31.2400")["outside-fence"].evidence
    assert near == {"claimed_m": "812", "radius_m": "300"}
    assert noted(exhibit(facts=facts(latitude="40", longitude="1"))) == {}, "a site without a fence"
    nowhere = exhibit(facts=facts(latitude="0", longitude="0"), fence=FENCE)
    assert noted(nowhere) == {}, "a receiver without a fix"


def test_a_place_on_the_fence_is_inside_and_so_is_what_may_be():
    edge = metres(point("31.23", "121.47"), point("31.2333", "121.47"))  # type: ignore[arg-type]
    for slack, is_noted in ((edge - 300, False), (edge - 300.001, True)):
        scale = EvidenceSettings(gps_slack_m=slack)
        x = exhibit(facts=facts(latitude="31.2333", longitude="121.47"), fence=FENCE)
        assert ("outside-fence" in noted(x, scale)) == is_noted


def test_the_claimed_accuracy_is_granted_up_to_a_limit():
    assert "outside-fence" in fenced(None, "31.2400", "700")
    assert "outside-fence" not in fenced(None, "31.2370", "500")
    assert "outside-fence" in fenced(None, "31.2370", "400")
    assert "outside-fence" in fenced(None, "31.2370", "-9000")


def test_camera_and_tablet_may_disagree_only_so_far():
    def apart(north: str, accuracy: str | None = None) -> dict[str, Any]:
        x = exhibit(
            facts=facts(latitude="31.23", longitude="121.47"),
            latitude=north,
            longitude="121.47",
            accuracy_m=accuracy,
        )
        return noted(x)

    assert apart("31.2344") == {}
    assert apart("31.2346")["gps-disagrees"].evidence == {"metres": "511"}
    assert apart("31.2346", "30") == {}


# Pixels


def pixels(**members: float) -> list[str]:
    return list(noted(exhibit(measures=msgspec.structs.replace(SEEN, **members))))


def test_blurred_and_dark_pictures_are_noted():
    assert pixels(sharpness=SCALE.blur_below) == []
    assert pixels(sharpness=SCALE.blur_below - 0.1) == ["blurred"]
    assert pixels(sharpness=1.0, contrast=5.0) == [], "a bare wall has no edges to be sharp"
    assert pixels(brightness=SCALE.dark_below) == []
    assert pixels(brightness=SCALE.dark_below - 0.1, sharpness=1.0) == ["too-dark"]
    assert noted(exhibit(measures=None)) == {}


def test_what_cannot_be_opened_is_noted_with_its_reason():
    found = noted(exhibit(facts=PictureFacts("undecodable", reason="truncated"), measures=None))
    assert list(found) == ["undecodable"]
    assert found["undecodable"].evidence == {"reason": "truncated"}


def test_no_exif_is_noted_and_weighs_nothing():
    found = noted(exhibit(facts=PictureFacts("decoded", format="PNG")))
    assert list(found) == ["no-exif"]
    assert evidence.risk(found.values()) == 0
    for known in (
        PictureFacts("decoded", taken="2026-11-21T12:00:00"),
        PictureFacts("decoded", latitude="31", longitude="121"),
    ):
        assert noted(exhibit(facts=known)) == {}


def test_a_signature_is_not_judged_as_a_photograph():
    x = exhibit(
        role="signature",
        facts=PictureFacts("decoded", format="PNG"),
        measures=msgspec.structs.replace(SEEN, sharpness=1.0),
        near=(twin(2, site=OTHER),),
        same=(twin(site=OTHER),),
    )
    assert list(noted(x)) == ["same-bytes"]


# All of them


def test_every_code_has_both_languages_a_weight_and_a_check():
    codes = [check.__name__.replace("_", "-") for check in evidence.CHECKS]
    assert codes == list(TEXTS)
    assert [name.replace("_", "-") for name in type(SCALE.weights).model_fields] == codes
    for zh, en in TEXTS.values():
        assert any("\u4e00" <= letter <= "\u9fff" for letter in zh)
        assert en.isascii()
        assert en[0].isupper()


def test_risk_is_the_sum_of_weights_up_to_a_hundred():
    x = exhibit(
        facts=PictureFacts("decoded"), same=(twin(site=OTHER),), near=(twin(1, site=OTHER),)
    )
    assert evidence.risk(noted(x).values()) == 65
    heavy = EvidenceSettings.model_validate({"weights": {"same_bytes": 90}})
    assert evidence.risk(noted(x, heavy).values()) == 100


@pytest.mark.parametrize(
    ("worst", "risky", "whole"),
    [(0, 0, 0), (40, 1, 40), (40, 2, 42), (40, 11, 60), (40, 300, 60), (95, 5, 100)],
)
def test_an_inspection_is_as_risky_as_its_worst_photo_and_a_little_more(
    worst: int, risky: int, whole: int
):
    assert evidence.inspection_risk(worst, risky, SCALE) == whole


_instants = st.none() | st.integers(-(2**60), 2**60)
_decimals = st.none() | st.sampled_from(
    ["0", "-90", "89.999999999", "180", "999999999999999", "31"]
)


@given(
    st.builds(
        Times,
        received_ms=st.integers(0, 2**42),
        zone=st.sampled_from(["", ZONE, "UTC", "Pacific/Kiritimati"]),
        wall=st.text(max_size=40),
        offset_min=st.none() | st.integers(-1439, 1439),
        taken_ms=_instants,
        true_taken_ms=_instants,
        recorded_ms=_instants,
        true_recorded_ms=_instants,
    ),
    st.text(max_size=40) | st.datetimes().map(datetime.isoformat),
    _decimals,
    _decimals,
)
def test_whatever_a_tablet_says_a_photo_can_be_judged(
    said: Times, taken: str, latitude: str | None, longitude: str | None
):
    x = exhibit(
        facts=facts(taken=taken, latitude=latitude, longitude=longitude),
        times=said,
        latitude=longitude,
        longitude=latitude,
        accuracy_m=latitude,
        fence={"latitude": "31", "longitude": "121", "radius_m": "300"},
    )
    found = evidence.notes(x, SCALE)
    assert len(day(said, SCALE)) == 10
    assert 0 <= evidence.risk(found) <= 100
    raw = msgspec.json.encode(PhotoNote(notes=found, risk=evidence.risk(found)))
    assert msgspec.json.decode(raw, type=PhotoNote).notes == found
