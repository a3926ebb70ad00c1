"""Personal information: the kinds that are found in texts, each with its data level."""

from typing import Literal, get_args

from msgspec import Struct

from fieldops.model.access import Level

Kind = Literal["bank-card", "e-mail", "identity-number", "mobile"]
KINDS: tuple[Kind, ...] = get_args(Kind)
LEVELS: dict[Kind, Level] = {
    "mobile": Level.L2,
    "e-mail": Level.L2,
    "identity-number": Level.L3,
    "bank-card": Level.L3,
}
"""The data level of each kind (domain.md, rule 11)."""


class Hit(Struct, frozen=True):
    """One thing found: ``text[start:end]``, in characters of the text as it was given."""

    kind: Kind
    start: int
    end: int
    level: Level
