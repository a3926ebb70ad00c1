"""The nouns of what failed in a period: by domain, item and area, each with the walks behind it."""

from decimal import Decimal
from uuid import UUID

from msgspec import Struct

from fieldops.model.answertypes import Titles
from fieldops.model.assessment import Source
from fieldops.model.checklist import Severity
from fieldops.model.report import Dimension


class DomainSum(Struct, frozen=True, kw_only=True):
    """One domain: ``answered`` are results that passed or failed, ``percent`` the walks' score.

    Members with ``before`` are of the period before.  ``walks`` are the latest on which anything
    failed.
    """

    domain: str
    walked: int
    walked_before: int
    answered: int
    failed: int
    answered_before: int
    failed_before: int
    percent: Decimal | None
    walks: list[UUID]


class ItemSum(Struct, frozen=True, kw_only=True):
    """One item over all areas; ``walks`` are the latest on which it failed."""

    domain: str
    checklist: str
    item: str
    titles: Titles
    severity: Severity
    answered: int
    failed: int
    answered_before: int
    failed_before: int
    walks: list[UUID]


class AreaSum(Struct, frozen=True, kw_only=True):
    """One area, or (without one) a site as a whole; names are those of today.

    ``complaints`` are those of everybody: nobody is asked which team a resident meant.
    """

    site: UUID
    site_name: str
    area: UUID | None
    area_name: str
    answered: int
    failed: int
    failed_before: int
    findings: int
    repeats: int
    complaints: int
    walks: list[UUID]


class Failing(Struct, frozen=True, kw_only=True):
    """What failed; items and areas with the most first, as known at ``as_of_ms``."""

    period: str
    source: Source
    as_of_ms: int
    domains: list[DomainSum]
    items: list[ItemSum]
    areas: list[AreaSum]
    dimensions: list[Dimension]
