"""Consent texts: both languages, a derived subject, the hash of what is said."""

from uuid import UUID

import msgspec
import pytest

from fieldops.rules.consent import DEFAULT, consent_sha256, wrong_consent
from fieldops_sync.ids import consent_id
from fieldops_sync.wire import Claimed, Op, Subject

SITE = UUID(int=1)


def op(subject: UUID) -> Op:
    at = Claimed("2026-11-21T20:00:00+08:00", 0, "boot")
    about = Subject("consent", subject)
    return Op(SITE, "consent.set@1", about, SITE, SITE, at, msgspec.Raw(b"{}"))


def test_a_text_as_it_must_be():
    fields = {"texts": DEFAULT, "sha256": consent_sha256(DEFAULT)}
    assert wrong_consent(op(consent_id(SITE)), fields) == ""
    assert "derived" in wrong_consent(op(SITE), fields)


@pytest.mark.parametrize("texts", [{"zh-CN": "x"}, {"zh-CN": "x", "en": " "}])
def test_both_languages_are_needed(texts: dict[str, str]):
    fields = {"texts": texts, "sha256": consent_sha256(texts)}
    assert "both" in wrong_consent(op(consent_id(SITE)), fields)


def test_a_hash_is_that_of_the_texts():
    assert "sha256" in wrong_consent(op(consent_id(SITE)), {"texts": DEFAULT, "sha256": "0" * 64})
    swapped = dict(reversed(DEFAULT.items()))
    assert consent_sha256(swapped) == consent_sha256(DEFAULT)
