"""What a reader sees instead of what is not for them."""

from uuid import UUID

from fieldops.model.access import Level
from fieldops.rules.redaction import redact

OWN, FOREIGN = UUID(int=1), UUID(int=2)


def photo(site: UUID) -> dict[str, object]:
    evidence = {"photo": "p", "inspection": "i", "site": str(site), "item": "floor", "bits": "3"}
    note = {"code": "near-duplicate", "titles": {"en": "Used"}, "evidence": evidence}
    return {"notes": [note, {"code": "blurred", "titles": {}}], "risk": 25}


def test_of_a_foreign_site_only_that_a_photo_was_used_elsewhere():
    seen = redact("photo", photo(FOREIGN), Level.L3, {OWN})
    assert seen["notes"][0]["evidence"] == {"used": "elsewhere"}
    assert (seen["notes"][0]["code"], seen["risk"]) == ("near-duplicate", 25)
    assert seen["notes"][1] == {"code": "blurred", "titles": {}}
    assert str(FOREIGN) not in str(seen)


def test_who_may_see_the_site_sees_which_photo_it_is():
    for sites in ({OWN}, None, [FOREIGN, OWN]):
        assert redact("photo", photo(OWN), Level.L1, sites) == photo(OWN)
    assert redact("photo", photo(FOREIGN), Level.L1, None) == photo(FOREIGN)


def test_who_names_no_site_sees_none():
    assert "elsewhere" in str(redact("photo", photo(OWN), Level.L3))
    assert redact("photo", {"sha256": "x"}, Level.L1) == {"sha256": "x"}


def test_a_contact_is_withheld_below_its_level():
    body = {"contact": {"phone": "1"}, "text": "x"}
    assert redact("feedback", body, Level.L1) == {"text": "x", "withheld": ["contact"]}
    assert redact("feedback", body, Level.L2) == body


def test_columns_of_a_register_above_the_level_are_left_out_and_named():
    body = {"register": "keys", "key": "K1", "values": {"kind": "master", "holder": "李雷"}}
    shown = redact("register", {**body, "levels": {"holder": 2}}, Level.L1)
    assert shown["values"] == {"kind": "master"}
    assert shown["withheld"] == ["holder"]
    whole = {**body, "levels": {"holder": 2, "absent": 3}}
    assert redact("register", whole, Level.L2) == whole
    assert redact("register", body, Level.L1) == body
