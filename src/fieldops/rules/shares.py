"""What each item is worth: its share of the score where everything shows and is applicable."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from fieldops.model.checklist import Checklist, Section


def shares(checklist: Checklist) -> dict[str, Fraction]:
    """Every scored item's share of the whole (0 to 1), by key; the shares add up to 1.

    Where sections have weights, an item's share is its section's share times its own in there.
    What does not show or apply on a walk is left out there, and the others' shares grow.
    """
    worth = {section.key: _worth(section) for section in checklist.sections}
    weighted = any(section.weight is not None for section in checklist.sections)
    parts = {
        section.key: Fraction(section.weight or 0) if weighted else worth[section.key]
        for section in checklist.sections
        if worth[section.key]
    }
    whole = sum(parts.values(), Fraction())
    return {
        item.key: parts[section.key] / whole * Fraction(item.weight) / worth[section.key]
        for section in checklist.sections
        for item in section.items
        if item.scored and whole
    }


def section_shares(checklist: Checklist) -> dict[str, Fraction]:
    """The same by section."""
    each = shares(checklist)
    return {
        section.key: sum((each.get(item.key, Fraction()) for item in section.items), Fraction())
        for section in checklist.sections
    }


def percent(share: Fraction) -> str:
    """A share in percent with one decimal place, rounded half up."""
    exact = Decimal(100 * share.numerator) / Decimal(share.denominator)
    return f"{exact.quantize(Decimal('0.1'), ROUND_HALF_UP)}%"


def _worth(section: Section) -> Fraction:
    return sum((Fraction(item.weight) for item in section.items if item.scored), Fraction())
