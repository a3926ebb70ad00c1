"""The vectors of the canonical hash and of derived ids."""

import base64
import hashlib
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from tests.vectors.load import hash_cases

from fieldops_sync import ids
from fieldops_sync.canonical import canonical_hash, canonical_text

HASHES = [case for case in hash_cases() if "same" in case]
DERIVED = [case for case in hash_cases() if "derive" in case]


def raw(given: dict[str, str]) -> bytes:
    return base64.b64decode(given["base64"]) if "base64" in given else given["text"].encode()


@pytest.mark.parametrize("case", HASHES, ids=lambda case: case["name"])
def test_every_spelling_has_the_hash(case: dict[str, Any]):
    wanted = (
        base64.b64decode(case["canonical_base64"])
        if "canonical_base64" in case
        else case["canonical"].encode()
    )
    assert hashlib.sha256(wanted).hexdigest() == case["sha256"]
    for given in case["same"]:
        assert canonical_text(raw(given)) == wanted
        assert canonical_hash(raw(given)).hex() == case["sha256"]


def test_different_ops_have_different_hashes():
    assert len({case["sha256"] for case in HASHES}) == len(HASHES)


@pytest.mark.parametrize("case", DERIVED, ids=lambda case: case["name"])
def test_ids_are_derived_alike_everywhere(case: dict[str, Any]):
    kind, *parts = case["derive"]
    derive: dict[str, Callable[..., UUID]] = {
        "result": lambda walk, *rest: ids.result_id(UUID(walk), *rest),
        "actor": ids.actor_id,
        "finding": lambda plugin, rule, about: ids.finding_id(plugin, rule, UUID(about)),
    }
    assert str(derive[kind](*parts)) == case["id"]
