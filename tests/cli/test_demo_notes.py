"""What the demo reads of the notes on its photos, as they stand on the wire."""

from collections.abc import Mapping

from fieldops.cli.demo_notes import noted

TITLES = {"zh-CN": "没有 EXIF", "en": "No EXIF"}


def photo(caption: str, *notes: Mapping[str, object]) -> dict[str, object]:
    return {
        "kind": "photo",
        "id": caption,
        "state": "stored",
        "body": {"caption": caption, "notes": list(notes)},
    }


def test_a_note_without_weight_and_evidence_counts_nothing():
    """Members at their default do not travel: a picture of one's own without EXIF weighs 0."""
    alike = {
        "code": "near-duplicate",
        "titles": TITLES,
        "weight": 25,
        "evidence": {"photo": "sill", "bits": "0"},
    }
    plain = {"code": "no-exif", "titles": TITLES}
    heavy, light = noted([photo("sill", plain), photo("door", alike)])
    assert (heavy.caption, heavy.weight, heavy.beside, heavy.bits) == ("door", 25, "sill", "0")
    assert (light.caption, light.weight, light.beside, light.bits) == ("sill", 0, "", "")
