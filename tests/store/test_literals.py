"""Words of ours stand in statements; whatever else somebody asks for is bound."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from fieldops.store.literals import equals
from fieldops.store.uuids import text_of, uuids_of


@pytest.mark.parametrize("word", ["fail", "under-way"])
def test_a_word_is_a_literal(word: str):
    bound: dict[str, Any] = {}
    assert equals("state", word, "state", bound) == f"state = '{word}'"
    assert bound == {}


@pytest.mark.parametrize("strange", ["", "x' OR '1' = '1", "Fail", "fail\n", "a%b", "失", "a" * 32])
def test_anything_else_is_bound(strange: str):
    bound: dict[str, Any] = {}
    assert equals("state", strange, "mine", bound) == "state = :mine"
    assert bound == {"mine": strange}


def test_many_ids_are_read_as_each_by_itself():
    ids = [uuid4() for _ in range(300)]
    assert uuids_of([one.bytes for one in ids]) == ids
    assert uuids_of([]) == []
    assert text_of(str(ids[0]).upper()) == text_of(ids[0].hex) == str(UUID(int=ids[0].int))
