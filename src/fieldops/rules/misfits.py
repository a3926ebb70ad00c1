"""What msgspec says of a value that does not fit its type, in Chinese as well.

Its sentences are a closed set (msgspec 0.22, ``_core.c``), most of them followed by the
place: "Expected `int`, got `str` - at `$.value`".  One that is not known here keeps its English
behind a Chinese lead.
"""

import re

from fieldops.model.said import Said

LONGEST = 300
"""Characters of such a sentence that are kept: names of members are as long as somebody likes."""

_PLACE = re.compile(r"^(?P<said>.*) - at (?:`(?P<of>key|tag)` in )?`(?P<place>[^`]*)`$", re.DOTALL)
_SENTENCES = tuple(
    (re.compile(pattern, re.DOTALL), chinese)
    for pattern, chinese in (
        (r"Expected `([^`]+)`, got `([^`]+)`", "应为{0}，收到的是{1}"),
        (r"Expected `([^`]+)` of length (\d+) to (\d+).*", "{0}长度须为 {1} 至 {2}"),
        (r"Expected `([^`]+)` of (?:length >=|at least length) (\d+).*", "{0}长度至少为 {1}"),
        (r"Expected `([^`]+)` of (?:length <=|at most length) (\d+).*", "{0}长度最多为 {1}"),
        (r"Expected `([^`]+)` of length (\d+).*", "{0}长度须为 {1}"),
        (r"Expected `([^`]+)` (<=|>=|<|>) (\S+)", "{0}须 {1} {2}"),
        (r"Expected `[^`]+` that's a multiple of (\S+)", "须为 {0} 的倍数"),
        (r"Expected `([^`]+)` matching regex (.+)", "{0}须符合格式 {1}"),
        (r"Expected `([^`]+)` with a timezone component", "{0}须带时区"),
        (r"Expected `([^`]+)` with no timezone component", "{0}不得带时区"),
        (r"Expected `([^`]+)`", "应为{0}"),
        (r"Object missing required field `([^`]+)`", "缺少必填成员 `{0}`"),
        (r"Object contains unknown field `([^`]+)`", "有未知成员 `{0}`"),
        (r"Invalid (?:enum )?value (.+)", "不接受此值：{0}"),
        (r"Invalid UUID(?: bytes)?", "不是有效的 UUID"),
        (r"Invalid RFC3339 encoded datetime", "不是 RFC 3339 格式的日期时间"),
        (r"Invalid RFC3339 encoded date", "不是日期，如 2026-11-21"),
        (r"Invalid RFC3339 encoded time", "不是时间，如 08:30:00"),
        (r"Invalid ISO8601 duration", "不是 ISO 8601 格式的时长"),
        (r"Invalid base64 encoded string", "不是 Base64 编码"),
        (r"Invalid decimal string", "不是十进制数"),
        (r"Invalid epoch timestamp", "不是有效的时间戳"),
        (r"(?:Integer value|Number|Duration is|Timestamp is) out of range", "数值超出范围"),
        (r"Input data was truncated", "内容不完整"),
        (r"JSON is malformed: .* \(byte (\d+)\)", "不是正确的 JSON（第 {0} 字节）"),
    )
)
_WORDS = {
    ">=": "≥",
    "<=": "≤",
    "int": "整数",
    "float": "小数",
    "str": "文本",
    "bool": "true 或 false",
    "null": "空值（null）",
    "array": "列表",
    "object": "对象",
    "datetime": "日期时间",
    "date": "日期",
    "time": "时间",
    "duration": "时长",
    "decimal": "十进制数",
    "uuid": "UUID",
}


def misfit(english: str) -> Said:
    """msgspec's sentence in both languages; whoever calls has masked what must not be told."""
    english = english[:LONGEST]
    found = _PLACE.match(english)
    if found is None:
        return Said(_chinese(english), english)
    of = {"key": " 的键", "tag": " 的类别"}.get(found["of"] or "", "")
    return Said(f"{_chinese(found['said'])}（位于 `{found['place']}`{of}）", english)


def _chinese(sentence: str) -> str:
    for pattern, chinese in _SENTENCES:
        if found := pattern.fullmatch(sentence):
            words = found.groups()
            is_typed = sentence.startswith("Expected")
            return chinese.format(*(map(_word, words) if is_typed else words))
    return f"不符合要求：{sentence}"


def _word(word: str) -> str:
    """Types by name, one or several of them, and signs; anything else as it stands."""
    each = word.split(" | ")
    return "或".join(_WORDS[one] for one in each) if set(each) <= _WORDS.keys() else word
