"""What msgspec says of a value that does not fit, in Chinese as well."""

import datetime
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
import pytest
from msgspec import Meta, Struct

from fieldops.rules.misfits import LONGEST, misfit


class Inner(Struct, frozen=True, forbid_unknown_fields=True):
    size: int = 0


class Whole(Struct, kw_only=True):
    number: Annotated[int, Meta(ge=1, le=5)] = 1
    fifth: Annotated[int, Meta(multiple_of=5)] = 5
    note: Annotated[str, Meta(min_length=1, max_length=3)] = "a"
    key: Annotated[str, Meta(pattern="^[a-z]+$")] = "a"
    either: int | None = None
    word: Literal["pass", "fail"] = "pass"
    id: UUID | None = None
    on: datetime.date | None = None
    at: datetime.datetime | None = None
    hour: datetime.time | None = None
    lasts: datetime.timedelta | None = None
    zoned: Annotated[datetime.datetime, Meta(tz=True)] | None = None
    plain: Annotated[datetime.datetime, Meta(tz=False)] | None = None
    sum: Decimal | None = None
    raw: bytes | None = None
    pair: tuple[int, int] = (1, 2)
    several: Annotated[list[int], Meta(min_length=1, max_length=2)] = []
    inner: Inner = Inner()
    by_id: dict[UUID, int] = {}


class Needed(Struct):
    item: str


CASES: list[tuple[type, str, str]] = [
    (Whole, '{"number": "a"}', "应为整数，收到的是文本（位于 `$.number`）"),
    (Whole, '{"either": "a"}', "应为整数或空值（null），收到的是文本（位于 `$.either`）"),
    (Whole, '{"number": 0}', "整数须 ≥ 1（位于 `$.number`）"),
    (Whole, '{"number": 9}', "整数须 ≤ 5（位于 `$.number`）"),
    (Whole, '{"fifth": 9}', "须为 5 的倍数（位于 `$.fifth`）"),
    (Whole, '{"note": ""}', "文本长度至少为 1（位于 `$.note`）"),
    (Whole, '{"note": "long"}', "文本长度最多为 3（位于 `$.note`）"),
    (Whole, '{"key": "A"}', "文本须符合格式 '^[a-z]+$'（位于 `$.key`）"),
    (Whole, '{"word": "maybe"}', "不接受此值：'maybe'（位于 `$.word`）"),
    (Whole, '{"id": "x"}', "不是有效的 UUID（位于 `$.id`）"),
    (Whole, '{"on": "x"}', "不是日期，如 2026-11-21（位于 `$.on`）"),
    (Whole, '{"at": "x"}', "不是 RFC 3339 格式的日期时间（位于 `$.at`）"),
    (Whole, '{"hour": "x"}', "不是时间，如 08:30:00（位于 `$.hour`）"),
    (Whole, '{"lasts": "x"}', "不是 ISO 8601 格式的时长（位于 `$.lasts`）"),
    (Whole, '{"zoned": "2026-11-21T08:00:00"}', "日期时间须带时区（位于 `$.zoned`）"),
    (Whole, '{"plain": "2026-11-21T08:00:00Z"}', "日期时间不得带时区（位于 `$.plain`）"),
    (Whole, '{"sum": "x"}', "不是十进制数（位于 `$.sum`）"),
    (Whole, '{"raw": "?"}', "不是 Base64 编码（位于 `$.raw`）"),
    (Whole, '{"pair": [1]}', "列表长度须为 2（位于 `$.pair`）"),
    (Whole, '{"several": []}', "列表长度至少为 1（位于 `$.several`）"),
    (Whole, '{"several": [1, 2, 3]}', "列表长度最多为 2（位于 `$.several`）"),
    (Whole, '{"several": ["a"]}', "应为整数，收到的是文本（位于 `$.several[0]`）"),
    (Whole, '{"inner": {"date": 1}}', "有未知成员 `date`（位于 `$.inner`）"),
    (Whole, '{"by_id": {"x": 1}}', "不是有效的 UUID（位于 `$.by_id` 的键）"),
    (Whole, "[]", "应为对象，收到的是列表"),
    (Whole, "{", "内容不完整"),
    (Whole, "{]", "不是正确的 JSON（第 1 字节）"),
    (Needed, "{}", "缺少必填成员 `item`"),
]


@pytest.mark.parametrize(("kind", "raw", "chinese"), CASES, ids=[case[1] for case in CASES])
def test_what_msgspec_says_is_said_in_chinese(kind: type, raw: str, chinese: str):
    said = misfit(told_by(lambda: msgspec.json.decode(raw, type=kind)))
    assert said.zh == chinese
    assert said == told_by(lambda: msgspec.json.decode(raw, type=kind))


def told_by(act: Callable[[], Any]) -> str:
    with pytest.raises(msgspec.DecodeError) as caught:
        act()
    return str(caught.value)


def test_what_is_not_known_keeps_its_english_behind_a_chinese_lead():
    said = misfit("Something new happened - at `$.a`")
    assert said.texts == {
        "zh-CN": "不符合要求：Something new happened（位于 `$.a`）",
        "en": "Something new happened - at `$.a`",
    }


def test_a_sentence_is_as_long_as_one_can_read():
    said = misfit(f"Object contains unknown field `{'x' * 1000}`")
    assert len(said) == LONGEST
    assert re.match("不符合要求：Object contains unknown field `x+$", said.zh)
