"""Words of ours in statements: as literals where the planner asks what they say.

SQLite plans a statement anew each time that a parameter is bound on which the choice of an index
could depend: what a partial index names (``kind``, ``state``), and a LIMIT.  That takes longer than
reading a page.  A literal is planned once; there are few, so few statements are kept.
"""

import re
from typing import Any

_WORD = re.compile("[a-z][a-z-]{0,30}")


def equals(column: str, value: str, name: str, bound: dict[str, Any]) -> str:
    """``column = 'value'``; what is no word of ours is bound under ``name`` instead."""
    if _WORD.fullmatch(value):
        return f"{column} = '{value}'"
    bound[name] = value
    return f"{column} = :{name}"
