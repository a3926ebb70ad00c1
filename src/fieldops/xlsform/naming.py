"""Keys of ours for the names of a workbook: unique, and the same again at every import."""

import re
import unicodedata

from fieldops.rules.lint import RESERVED_KEYS

_LENGTH_MAX = 52
"""Of the 64 characters of a key, the rest is for what stands before a figure and behind a twin."""


def slug(name: str) -> str:
    """A name in a-z, 0-9 and ``_``; empty where nothing of it is left (a Chinese name)."""
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name.strip())
    plain = unicodedata.normalize("NFKD", apart).lower()
    plain = "".join(char for char in plain if not unicodedata.combining(char))
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:_LENGTH_MAX].strip("_")


class Keys:
    """Keys given out so far; each is given once."""

    def __init__(self) -> None:
        self._given: set[str] = set()

    def give(self, name: str, row: int, prefix: str) -> str:
        """A key for a name: itself where it is one, else as near to it as keys allow.

        What begins with a digit gets ``prefix``; what has no letter of ours is named by its row.
        """
        base = slug(name)
        if not base:
            base = f"{prefix}_{row}"
        elif not base[0].isalpha():
            base = f"{prefix}_{base}"
        if name.strip().startswith("-") and base.removeprefix(f"{prefix}_").isdigit():
            base = base.replace(f"{prefix}_", f"{prefix}_minus_")
        if base in RESERVED_KEYS:
            base = f"{base}_1"
        key, count = base, 1
        while key in self._given:
            count += 1
            key = f"{base}_{count}"
        self._given.add(key)
        return key


def checklist_key(text: str) -> str:
    """The key of a checklist from the id of a form."""
    found = re.sub(r"[^a-z0-9]+", "-", slug(text)).strip("-")
    if found and not found[0].isalpha():
        found = f"form-{found}"
    return found[:64].rstrip("-") or "imported-form"


def checklist_version(text: str) -> str:
    """The version of a form as one of ours; empty where nothing of it can be used."""
    found = re.sub(r"[^0-9A-Za-z._-]+", "-", text).strip("-._")
    return found[:32].rstrip("-._")
