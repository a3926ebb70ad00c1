"""Patterns of texts and codes, by RE2: its time grows with the text only, whatever the pattern."""

from functools import lru_cache
from typing import Any

import re2

PATTERN_LENGTH_MAX = 500
"""Characters of a pattern; longer ones are refused by lint and match nothing."""
_MEMORY_BYTES = 1 << 20


@lru_cache(maxsize=512)
def _compile(pattern: str) -> Any:
    options = re2.Options()
    options.max_mem = _MEMORY_BYTES
    options.log_errors = False
    if len(pattern) > PATTERN_LENGTH_MAX:
        return None
    try:
        return re2.compile(pattern, options)
    except re2.error:
        return None


def pattern_valid(pattern: str) -> bool:
    """Whether a pattern is RE2 syntax, not longer than the limit and not too large to compile."""
    return _compile(pattern) is not None


def pattern_matches(pattern: str, text: str) -> bool:
    """Whether the whole text matches.  A pattern that is not valid matches nothing."""
    compiled = _compile(pattern)
    return compiled is not None and compiled.fullmatch(text) is not None
