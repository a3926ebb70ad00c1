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


@pytest.mark.parametrize(
    ("given", "chinese"),
    [
        ({"outcome": "maybe"}, "payload：不接受此值：'maybe'（位于 `$.outcome`）"),
        ({"colour": "red"}, "payload：有未知成员 `colour`"),
        ({"note": 5}, "payload：应为文本，收到的是整数（位于 `$.note`）"),
        ({"type_": "result.guess@1"}, "操作类型 'result.guess@1'"),
    ],
)
def test_what_is_wrong_is_said_in_both_languages(given: dict[str, Any], chinese: str):
    type_ = given.pop("type_", "result.record@1")
    op = make_op(type_, uuid7(), uuid7(), seq=1, inspection=uuid7(), item="floor", **given)
    found = decode(msgspec.json.encode(op))
    assert isinstance(found, Rejected)
    assert found.problem.details == {"zh-CN": chinese, "en": found.problem.detail}
