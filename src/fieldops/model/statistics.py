"""How the items of a checklist have done lately, and what the front line suggests about them."""

from decimal import Decimal

from msgspec import Struct

from fieldops.model.answertypes import Titles


class Suggested(Struct, frozen=True, kw_only=True):
    """One suggestion.  ``text`` is empty where the reader's level does not allow it."""

    text: str
    at: str
    version: str


class ItemStatistics(Struct, frozen=True, kw_only=True):
    """One item over the walks of a period, of all versions that had it.

    ``answered`` were judged as passed or failed; ``not_accepted`` were answered by something that
    the item does not take.  ``failed_percent`` is of the answered ones, ``trend`` its difference to
    the period before in points of a percent; None where nothing was answered.  ``suggesters``
    counts the people behind the suggestions, of which the newest are shown.
    """

    item: str
    titles: Titles
    answered: int = 0
    failed: int = 0
    not_applicable: int = 0
    not_accepted: int = 0
    failed_percent: Decimal | None = None
    trend: Decimal | None = None
    suggestions: tuple[Suggested, ...] = ()
    suggested: int = 0
    suggesters: int = 0


class Statistics(Struct, frozen=True, kw_only=True):
    """The items of ``version``, the newest of ``key``, over the days ``since`` to ``until``.

    ``walks`` and ``walks_before`` are how many submitted walks were looked at in the period and in
    the one of the same length before it; without ``complete`` there may be others beside them.
    """

    key: str
    version: str
    since: str
    until: str
    walks: int
    walks_before: int
    complete: bool
    items: tuple[ItemStatistics, ...]
