"""What rules and plugins make of an inspection: finding drafts, objections, notes, scores."""

from decimal import Decimal
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from fieldops.model.answertypes import Titles
from fieldops.model.checklist import Hours, Severity

RuleKey = Annotated[str, Meta(pattern="^[a-z][a-z0-9._-]{0,99}$")]
"""A rule's own name: with what a finding is about, it makes the finding's id."""
Repeat = Annotated[str, Meta(max_length=200)]
"""Which of several answers to one item."""
EVIDENCE_KEY_MAX = 200
EVIDENCE_VALUE_MAX = 20_000
"""Characters; as many as the op ``finding.raise@1`` takes."""
Evidence = dict[
    Annotated[str, Meta(min_length=1, max_length=EVIDENCE_KEY_MAX)],
    Annotated[str, Meta(max_length=EVIDENCE_VALUE_MAX)],
]


class FindingDraft(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something wrong, as a rule sees it; the host stamps the plugin's name and version.

    It is about the result of ``item`` (and ``repeat``) if given, else about ``section`` if given,
    else about the whole inspection; a rule raises at most one finding about each.  ``titles`` needs
    both languages.  ``within_hours`` is its time to rectify; where it is left out, ``set_deadline``
    or its severity says it.  ``evidence`` holds the figures behind it, as text.
    """

    rule: RuleKey
    titles: Titles
    severity: Severity = "minor"
    within_hours: Hours | None = None
    item: str = ""
    repeat: Repeat = ""
    section: str = ""
    evidence: Evidence = {}


class Objection(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a ``check_`` hook holds against an answer or an inspection: it cannot stand as recorded.

    Nothing is refused for it: it becomes a finding by the rule ``check.<rule>``.
    """

    rule: RuleKey
    titles: Titles
    severity: Severity = "minor"
    item: str = ""
    repeat: Repeat = ""


class PhotoNote(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What ``check_photo`` holds against one photo: a finding by the rule ``photo.<rule>``."""

    rule: RuleKey
    titles: Titles
    severity: Severity = "minor"


class Finding(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A draft about to be raised; its deadline counts from ``raised_at`` (RFC 3339, UTC)."""

    id: UUID
    draft: FindingDraft
    plugin: str
    plugin_version: str
    inspection: UUID
    site: UUID
    raised_at: str


class Score(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A score in percent; None where nothing counted.

    Percentages are 0 to 100 and kept to two decimal places, ``earned`` and ``possible`` to four.
    """

    score: Decimal | None
    earned: Decimal
    possible: Decimal
    sections: dict[str, Decimal] = {}
    marks: tuple[str, ...] = ()
