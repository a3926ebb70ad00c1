"""What a name in an expression means at the place where it is used."""

from collections.abc import Callable

from fieldops.xlsform.drafts import Draft, other_name
from fieldops.xlsform.form import Path, Row
from fieldops.xlsform.meaning import Gone, Group, Meaning
from fieldops.xlsform.outline import Frame, Outline

RELEVANT: Path = ("bind", "relevant")
ALWAYS = frozenset({"", "true()", "true", "1", "yes"})
"""Conditions that always hold."""


class Names:
    """The names of a form.  Of several questions of one name the nearest one is meant."""

    def __init__(
        self, drafts: list[Draft], found: Outline, meaning: Callable[[Draft], Meaning]
    ) -> None:
        self._drafts, self._meaning = drafts, meaning
        self._named: dict[str, list[tuple[tuple[int, ...], Draft | Frame | int]]] = {}
        self._register(found)

    def _register(self, found: Outline) -> None:
        for frame in found.frames:
            self._named.setdefault(frame.row.name, []).append((frame.path, frame))
        by_row = {id(draft.row): draft for draft in self._drafts if not is_other(draft)}
        for part in found.parts:
            for entry in part.entries:
                path = entry.frames[-1].path if entry.frames else ()
                draft = by_row.get(id(entry.row))
                meant = entry.row.number if draft is None else draft
                self._named.setdefault(entry.row.name, []).append((path, meant))
        for draft in self._drafts:
            if is_other(draft):
                self._named.setdefault(other_name(draft.row.name), []).append((place(draft), draft))

    def find(self, name: str, here: tuple[int, ...]) -> Meaning | None:
        found = self._named.get(name)
        if not found:
            return None
        _path, meant = max(found, key=lambda one: _shared(one[0], here))
        if isinstance(meant, Frame):
            return Group(self._first_of(meant))
        return Gone(meant) if isinstance(meant, int) else self._meaning(meant)

    def _first_of(self, frame: Frame) -> str:
        """An item that every repeat of a group answers."""
        inside = [draft for draft in self._drafts if draft.part.frame == frame]
        firm = [d for d in inside if d.required and not d.entry.own and not _says_when(d.row)]
        return next((draft.key for draft in firm or inside if not draft.calculation), "")


def is_other(draft: Draft) -> bool:
    """Whether this is the text that goes with another draft's ``or_other``."""
    return draft.row.kind.or_other and not draft.answered.keys


def _says_when(row: Row) -> bool:
    return row.text(*RELEVANT).strip().lower() not in ALWAYS


def place(draft: Draft) -> tuple[int, ...]:
    """The groups around a draft, by number."""
    return draft.entry.frames[-1].path if draft.entry.frames else ()


def _shared(one: tuple[int, ...], other: tuple[int, ...]) -> int:
    """How many groups two places have in common."""
    count = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        count += 1
    return count
