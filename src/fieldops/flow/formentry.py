"""What was filled in on a public form, as the payload of ``feedback.record``, or what is wrong."""

from collections.abc import Mapping
from typing import Any

from fieldops.flow.formpage import CONTACT_MAX, NATURES, TEXT_MAX
from fieldops.flow.forms import Form
from fieldops.rules.satisfaction import DIMENSIONS

_CONTACT = ("name", "phone", "unit")


def wrong_entry(fields: Mapping[str, str]) -> list[str]:
    """What is wrong with what was filled in, as keys of the form's texts."""
    nature, text = fields.get("nature", ""), _clean(fields.get("text", ""))
    wrong = []
    if fields.get("website"):
        wrong.append("wrong-trap")
    if nature not in NATURES:
        wrong.append("wrong-nature")
    elif nature == "rating" and not _ratings(fields):
        wrong.append("wrong-ratings")
    elif nature != "rating" and not text:
        wrong.append("wrong-text")
    if len(text) > TEXT_MAX or any(len(fields.get(one, "")) > CONTACT_MAX for one in _CONTACT):
        wrong.append("wrong-long")
    if fields.get("consent") != "yes":
        wrong.append("wrong-consent")
    return wrong


def payload(fields: Mapping[str, str], form: Form, reference: str) -> dict[str, Any]:
    """The members of the feedback; what was left empty is not there."""
    text, ratings = _clean(fields.get("text", "")), _ratings(fields)
    contact = {one: said for one in _CONTACT if (said := _clean(fields.get(one, "")))}
    members = {"text": text, "ratings": ratings, "contact": contact}
    return {
        "nature": fields["nature"],
        **{name: value for name, value in members.items() if value},
        "consent_version": form.consent_sha256,
        "reference": reference,
    }


def _ratings(fields: Mapping[str, str]) -> dict[str, dict[str, int]]:
    """By dimension what was rated; an expectation alone says nothing."""
    found = {}
    for one in DIMENSIONS:
        given = {
            side: int(fields[f"{one}-{side}"])
            for side in ("perceived", "expected")
            if fields.get(f"{one}-{side}", "") in ("1", "2", "3", "4", "5")
        }
        if "perceived" in given:
            found[one] = given
    return found


def _clean(text: str) -> str:
    """Without blanks around it, and without U+0000, which no text of ours holds."""
    return text.replace("\0", "").strip()
