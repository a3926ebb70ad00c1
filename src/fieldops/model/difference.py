"""What is not the same in two versions of a checklist, and what that means for results."""

from typing import Literal

from msgspec import Struct

from fieldops.model.answertypes import Titles

Effect = Literal["looks", "asked", "answers", "outcome", "score", "verdict"]
"""What a difference changes: only how it reads (``looks``), what is asked for (``asked``: items,
photos, what is required, when it shows), which answers are accepted (``answers``), whether the same
answer fails and how severely (``outcome``), the score that the same answers give (``score``), or
whether an inspection with the same score passes (``verdict``)."""

Fit = Literal["all", "some", "none"]
"""How many of the answers that the old version accepts the new one accepts, meaning the same."""


class Difference(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One difference.  ``section`` and ``item`` are keys in the new version, in the old one for
    what was removed; both are empty for the checklist itself.

    ``path`` names the member by keys (``sections.lobby.items.floor.answer.pass_min``).  ``before``
    and ``after`` are what stood and stands there as plain text, empty for nothing.  ``fits`` is
    about the answers to this item alone, as far as this difference goes.
    """

    code: str
    path: str
    section: str = ""
    item: str = ""
    before: str = ""
    after: str = ""
    effects: tuple[Effect, ...] = ("looks",)
    fits: Fit = "all"
    messages: Titles = {}


class Mapping(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What becomes of the answers to an item of the old version.

    ``target`` is the item's key in the new one, as migrations declare it; empty if it is gone.
    ``reasons`` are the codes of the differences for which not ``all`` answers fit.
    """

    item: str
    target: str = ""
    fits: Fit = "all"
    reasons: tuple[str, ...] = ()
