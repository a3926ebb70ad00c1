"""Read a raw answer as its type wants it: the value, whether it fails, and what it earns.

One function a type; each returns a ``Read`` and never raises, whatever was sent.
"""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from msgspec.structs import replace

from fieldops.model.answer import Read, Violation
from fieldops.model.answertypes import (
    AnswerType,
    Calculated,
    Choice,
    Code,
    Duration,
    Location,
    Meter,
    Moment,
    Multiple,
    Number,
    PassFail,
    PhotoOnly,
    Score,
    Signature,
    Single,
    Staff,
    Temperature,
    Text,
)
from fieldops.model.checklist import RawValue
from fieldops.rules.figures import read_figure, show_figure
from fieldops.rules.moments import read_answered_moment
from fieldops.rules.numbers import (
    read_bounded,
    read_duration,
    read_meter,
    read_number,
    read_score,
)
from fieldops.rules.patterns import pattern_matches
from fieldops.rules.violations import violation, wrong_type

_HEX = frozenset("0123456789abcdef")
_NAME_LENGTH_MAX = 200
_CODE_LENGTH_MAX = 4296
"""The most characters a QR code holds (ISO/IEC 18004, version 40-L, alphanumeric)."""


def read_value(kind: AnswerType, raw: RawValue, today: str) -> Read:
    """Read ``raw``, which is not blank, as an answer of this type; ``today`` is the walk's day."""
    return _READERS[type(kind)](kind, raw, today)


def _read_passfail(_kind: PassFail, raw: RawValue, _today: str) -> Read:
    if isinstance(raw, bool):
        raw = "pass" if raw else "fail"
    if isinstance(raw, str) and raw in {"pass", "fail"}:
        return Read(value=raw, fails=raw == "fail")
    return Read(violations=(wrong_type("“合格”或“不合格”", "pass or fail"),))


def _credit(choice: Choice) -> Decimal:
    if choice.credit_percent is None:
        return Decimal(0 if choice.fails else 100)
    return Decimal(choice.credit_percent)


def _read_choices(choices: tuple[Choice, ...], keys: list[str]) -> Read:
    """The worst of the chosen ones decides: any failing one fails, the lowest credit counts."""
    known = {choice.key: choice for choice in choices}
    faults = [violation("choice", value=key) for key in keys if key not in known]
    faults += [
        violation("choice-twice", value=key)
        for at, key in enumerate(keys)
        if key in keys[:at] and key in known
    ]
    if faults:
        return Read(violations=tuple(faults))
    chosen = [known[key] for key in keys]
    fails = any(choice.fails for choice in chosen) if any(c.fails for c in choices) else None
    points = min((_credit(choice) for choice in chosen), default=Decimal(100))
    return Read(fails=fails, points=points, points_max=Decimal(100))


def _read_single(kind: Single, raw: RawValue, _today: str) -> Read:
    if not isinstance(raw, str):
        return Read(violations=(wrong_type("一个选项", "the key of one choice"),))
    read = _read_choices(kind.choices, [raw])
    return read if read.violations else replace(read, value=raw)


def _read_multiple(kind: Multiple, raw: RawValue, _today: str) -> Read:
    if not isinstance(raw, list):
        return Read(violations=(wrong_type("选项列表", "a list of choices"),))
    read = _read_choices(kind.choices, raw)
    high = len(kind.choices) if kind.max_count is None else kind.max_count
    if read.violations:
        return read
    if not kind.min_count <= len(raw) <= high:
        fault = violation("choice-count", value=len(raw), low=kind.min_count, high=high)
        return replace(read, value=tuple(raw), violations=(fault,))
    return replace(read, value=tuple(raw))


def _read_text(kind: Text, raw: RawValue, _today: str) -> Read:
    if not isinstance(raw, str):
        return Read(violations=(wrong_type("文字", "text"),))
    if len(raw) > kind.max_length:
        fault = violation("length", value=len(raw), high=kind.max_length)
        return Read(value=raw, violations=(fault,))
    return Read(value=raw, violations=_pattern_faults(kind.pattern, raw))


def _pattern_faults(pattern: str, text: str) -> tuple[Violation, ...]:
    if not pattern or pattern_matches(pattern, text):
        return ()
    return (violation("pattern", value=text[:80]),)


def _read_signature(_kind: Signature, raw: RawValue, _today: str) -> Read:
    sha256 = raw.get("sha256") if isinstance(raw, dict) else raw
    if isinstance(sha256, str) and len(sha256) == 64 and set(sha256) <= _HEX:
        return Read(value=sha256)
    return Read(violations=(wrong_type("签名图片", "the SHA-256 of the signature's picture"),))


def _read_photo(_kind: PhotoOnly, raw: RawValue, _today: str) -> Read:
    if raw is True:
        return Read(value=True)
    return Read(violations=(wrong_type("照片，不填其他内容", "photos and nothing else"),))


def _read_location(kind: Location, raw: RawValue, _today: str) -> Read:
    parts = raw if isinstance(raw, dict) else {}
    latitude, longitude = read_figure(parts.get("latitude")), read_figure(parts.get("longitude"))
    accuracy = read_figure(parts.get("accuracy_m", "0"))
    if latitude is None or longitude is None or accuracy is None or accuracy < 0:
        return Read(violations=(wrong_type("经纬度", "latitude, longitude and accuracy_m"),))
    if abs(latitude) > 90 or abs(longitude) > 180:
        return Read(violations=(wrong_type("有效的经纬度", "a latitude and longitude on Earth"),))
    value = f"{show_figure(latitude)},{show_figure(longitude)}"
    if kind.max_accuracy_m is not None and accuracy > kind.max_accuracy_m:
        high = show_figure(kind.max_accuracy_m)
        fault = violation("accuracy", value=show_figure(accuracy), high=high)
        return Read(value=value, violations=(fault,))
    return Read(value=value)


def _read_code(kind: Code, raw: RawValue, _today: str) -> Read:
    if not isinstance(raw, str) or len(raw) > _CODE_LENGTH_MAX:
        return Read(violations=(wrong_type("扫码内容", "what the code says"),))
    return Read(value=raw, violations=_pattern_faults(kind.pattern, raw))


def _read_staff(_kind: Staff, raw: RawValue, _today: str) -> Read:
    named = (raw.get("id") or raw.get("staff_number")) if isinstance(raw, dict) else raw
    if isinstance(named, str) and 0 < len(named.strip()) <= _NAME_LENGTH_MAX:
        return Read(value=named.strip())
    return Read(violations=(wrong_type("人员或工号", "a person or a staff number"),))


_READERS: dict[type, Callable[[Any, RawValue, str], Read]] = {
    PassFail: _read_passfail,
    Single: _read_single,
    Multiple: _read_multiple,
    Score: read_score,
    Number: read_number,
    Text: _read_text,
    Moment: read_answered_moment,
    Duration: read_duration,
    Meter: read_meter,
    Temperature: read_bounded,
    Signature: _read_signature,
    PhotoOnly: _read_photo,
    Location: _read_location,
    Code: _read_code,
    Staff: _read_staff,
    Calculated: read_bounded,
}
