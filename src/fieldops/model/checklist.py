"""A checklist: a versioned, published standard, as sections of measurable items.

Every member added later comes with a default, so that what an earlier version published stays
readable.  Figures are Decimals and travel as decimal text.  Reference: checklists/README.md.
"""

from decimal import Decimal
from typing import Annotated, Literal

from msgspec import Meta, Struct

from fieldops.model.answertypes import AnswerType, Count, Key, PassFail, Titles

Severity = Literal["minor", "major", "critical"]
Outcome = Literal["pass", "fail", "na"]
RawValue = None | bool | int | str | list[str] | dict[str, str]
"""An answer as it travels in ``result.record``: a number with a fraction is decimal text."""
Version = Annotated[str, Meta(pattern="^[0-9A-Za-z][0-9A-Za-z._-]{0,31}$")]
ChoicePath = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,63}\.[a-z][a-z0-9_]{0,63}$")]
"""An item's key, a full stop, and the key of one of its choices."""


Hours = Annotated[int, Meta(ge=1, le=8760)]
"""Time to rectify: an hour to a year."""


class PhotoRule(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How many photos an item asks for: always, and when it fails."""

    min_count: Count = 0
    max_count: Count = 20
    min_count_on_fail: Count = 0


class Constraint(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A condition that an answer must meet to be accepted, and what to say when it does not."""

    expression: str
    messages: Titles = {}


class Repeat(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The section is answered once for each of something: ``titles`` names it (lift, room)."""

    titles: Titles = {}
    min_count: Count = 0
    max_count: Count = 200


class Item(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One measurable requirement.  ``measure`` says how it is measured (domain.md, rule 1)."""

    key: Key
    titles: Titles = {}
    measure: Titles = {}
    answer: AnswerType = PassFail()
    clause: str = ""
    required: bool = True
    scored: bool = True
    weight: Decimal = Decimal(1)
    severity: Severity = "minor"
    rectify_hours: Hours | None = None
    na_allowed: bool = False
    photos: PhotoRule = PhotoRule()
    shows_if: str = ""
    constraint: Constraint | None = None


class Section(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Items that belong together.  With ``weight``, its share of the whole score."""

    key: Key
    titles: Titles = {}
    weight: Decimal | None = None
    shows_if: str = ""
    repeat: Repeat | None = None
    items: tuple[Item, ...] = ()


class Example(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A worked example: answers, and the score and findings that must come out.

    Answers are addressed ``item`` or ``item@repeat``.  ``rest = "pass"`` passes every pass/fail
    item that shows and is not named.  Photos are as many as an item asks for, unless ``photos``
    says otherwise.  ``na`` and ``fail`` are claims by the person.  ``score`` is in percent.
    """

    titles: Titles = {}
    date: Annotated[str, Meta(pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
    rest: Literal["", "pass"] = ""
    repeats: dict[Key, tuple[str, ...]] = {}
    answers: dict[str, RawValue] = {}
    na: tuple[str, ...] = ()
    fail: tuple[str, ...] = ()
    photos: dict[str, Count] = {}
    score: Decimal | None = None
    passed: bool | None = None
    findings: tuple[str, ...] = ()


class Migration(
    Struct, frozen=True, kw_only=True, omit_defaults=True, rename={"from_version": "from"}
):
    """How answers by an older version of the same key become answers by this one.

    Items and choices that are not named keep their keys.  ``items`` gives the new key of an old
    item, ``choices`` the new key of ``old_item.old_choice``; ``drop`` names old items whose answers
    are not carried over.  All renames are meant at once.
    """

    from_version: Version
    items: dict[Key, Key] = {}
    choices: dict[ChoicePath, Key] = {}
    drop: tuple[Key, ...] = ()


class Checklist(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A whole standard.  ``threshold_percent`` passes; with ``critical_veto`` a critical failure
    fails the inspection whatever its score (一票否决).
    """

    key: Annotated[str, Meta(pattern="^[a-z][a-z0-9-]{0,63}$")]
    version: Version
    domain: Annotated[str, Meta(pattern="^[a-z][a-z0-9-]{0,63}$")]
    titles: Titles = {}
    summary: Titles = {}
    threshold_percent: Decimal = Decimal(85)
    critical_veto: bool = False
    sections: tuple[Section, ...] = ()
    examples: tuple[Example, ...] = ()
    migrations: tuple[Migration, ...] = ()


class ItemOverride(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What one site has changed about one item; ``applies = False`` makes it not applicable."""

    applies: bool = True
    weight: Decimal | None = None
    pass_min: Decimal | None = None
    pass_max: Decimal | None = None


class Overrides(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What one site has changed about a checklist, by item key (domain.md, rule 1)."""

    threshold_percent: Decimal | None = None
    items: dict[str, ItemOverride] = {}
