"""The answer types of a checklist item: one frozen struct a type, told apart by ``type``.

Source: domain.md, rule 15.  Two pairs of limits recur.  ``min`` and ``max`` say what is plausible:
an answer outside them was mistyped and is not accepted.  ``pass_min`` and ``pass_max`` say what is
good enough: an answer outside them is a failure.  All are inclusive, in the unit of the item.
"""

from decimal import Decimal
from typing import Annotated, Literal

from msgspec import Meta, Struct

LANGUAGES: tuple[Literal["zh-CN", "en"], ...] = ("zh-CN", "en")
"""Both are first-class: every text of a checklist carries each of them."""

Titles = dict[Literal["zh-CN", "en"], str]
Key = Annotated[str, Meta(pattern="^[a-z][a-z0-9_]{0,63}$")]
"""Keys of items, sections and choices: also names in expressions, hence no hyphens."""
Count = Annotated[int, Meta(ge=0, le=1000)]


class Choice(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One way to answer.  ``credit_percent`` is the share of the weight that it earns.

    Without ``credit_percent`` a failing choice earns 0 and any other 100.
    """

    key: Key
    titles: Titles = {}
    fails: bool = False
    credit_percent: Annotated[int, Meta(ge=0, le=100)] | None = None


class _Type(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="type"):
    """The base of all answer types."""


class _Bounded(_Type, frozen=True):
    """The base of what is answered by a number."""

    min: Decimal | None = None
    max: Decimal | None = None
    pass_min: Decimal | None = None
    pass_max: Decimal | None = None


class PassFail(_Type, frozen=True, tag="passfail"):
    """Answered ``pass``, ``fail`` or ``na``."""


class Single(_Type, frozen=True, tag="single"):
    """Answered by the key of one choice."""

    choices: tuple[Choice, ...]


class Multiple(_Type, frozen=True, tag="multiple"):
    """Answered by a list of choice keys; it fails when one of them fails."""

    choices: tuple[Choice, ...]
    min_count: Count = 0
    max_count: Count | None = None


class Score(_Type, frozen=True, tag="score"):
    """Answered by 0 to ``max`` points in steps of ``step``; earns points / max of the weight."""

    max: Decimal
    step: Decimal = Decimal(1)
    pass_min: Decimal | None = None


class Number(_Bounded, frozen=True, tag="number"):
    """Answered by a number of ``unit`` with at most ``decimals`` decimal places."""

    unit: str = ""
    decimals: Annotated[int, Meta(ge=0, le=9)] = 9


class Text(_Type, frozen=True, tag="text"):
    """Answered in words.  ``pattern`` (RE2 syntax) must match the whole text."""

    max_length: Annotated[int, Meta(ge=1, le=20_000)] = 20_000
    pattern: str = ""


class Moment(_Type, frozen=True, tag="datetime"):
    """Answered by a date, a time of day or both (RFC 3339; a date and time with its offset).

    ``pass_earliest`` and ``pass_latest`` are fixed limits in the same notation.  ``pass_from_days``
    and ``pass_until_days`` count from the day of the walk: 0 is that day, -30 thirty days before.
    """

    part: Literal["date", "time", "datetime"] = "date"
    pass_earliest: str = ""
    pass_latest: str = ""
    pass_from_days: Annotated[int, Meta(ge=-36_500, le=36_500)] | None = None
    pass_until_days: Annotated[int, Meta(ge=-36_500, le=36_500)] | None = None


class Duration(_Bounded, frozen=True, tag="duration"):
    """Answered by a length of time, a number of ``unit``."""

    unit: Literal["s", "min", "h"] = "min"


class Meter(_Bounded, frozen=True, tag="meter"):
    """Answered by ``{reading, previous}``; usage is their difference.

    ``rollover`` is the value at which the counter starts from 0 again (10000 for four digits).
    """

    unit: str = ""
    pass_usage_min: Decimal | None = None
    pass_usage_max: Decimal | None = None
    rollover: Decimal | None = None


class Temperature(_Bounded, frozen=True, tag="temperature"):
    """Answered by a temperature."""

    unit: Literal["°C", "°F"] = "°C"


class Signature(_Type, frozen=True, tag="signature"):
    """Answered by ``{sha256, name}``: the picture of the signature and who signed."""


class PhotoOnly(_Type, frozen=True, tag="photo"):
    """Answered by the photos of the result alone."""

    min_count: Count = 1
    max_count: Count = 20


class Location(_Type, frozen=True, tag="location"):
    """Answered by ``{latitude, longitude, accuracy_m}`` (WGS 84 degrees, metres)."""

    max_accuracy_m: Decimal | None = None


class Code(_Type, frozen=True, tag="code"):
    """Answered by what a barcode or QR code says (an asset, a patrol point)."""

    pattern: str = ""


class Staff(_Type, frozen=True, tag="staff"):
    """Answered by a person: their id or staff number."""


class Calculated(_Bounded, frozen=True, kw_only=True, tag="calculated"):
    """Not asked but worked out from earlier answers, rounded half up to ``decimals`` places."""

    expression: str
    unit: str = ""
    decimals: Annotated[int, Meta(ge=0, le=9)] = 2


AnswerType = (
    PassFail
    | Single
    | Multiple
    | Score
    | Number
    | Text
    | Moment
    | Duration
    | Meter
    | Temperature
    | Signature
    | PhotoOnly
    | Location
    | Code
    | Staff
    | Calculated
)
Bounded = Number | Duration | Meter | Temperature | Calculated
"""The types that carry ``min``, ``max``, ``pass_min`` and ``pass_max``."""
