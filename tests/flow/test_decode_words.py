"""What is wrong with an op is said without the numbers of persons that stand in it."""

from typing import Any

import msgspec
import pytest
from tests.factories import make_op

from fieldops.flow.decode import decode
from fieldops.model.record import Rejected
from fieldops_sync.ids import uuid7

IDENTITY = "11010519491231002X"


@pytest.mark.parametrize("given", [{"outcome": IDENTITY}, {"type_": f"{IDENTITY}@1"}])
def test_a_word_that_is_no_choice_is_told_with_its_number_covered(given: dict[str, Any]):
    type_ = given.pop("type_", "result.record@1")
    op = make_op(type_, uuid7(), uuid7(), seq=1, inspection=uuid7(), item="floor", **given)
    found = decode(msgspec.json.encode(op))
    assert isinstance(found, Rejected)
    told = msgspec.json.encode(found.problem).decode()
    assert IDENTITY not in told
    assert "110105********002X" in told
