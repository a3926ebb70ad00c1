"""The sections of a form: groups and repeats, nested as deep as they like, laid out one by one.

    repeat                  one section, a repeat group, wherever its questions stand
    group with a label      a section; a group inside it is another one, behind or between
    group without a label   no section of its own; its condition goes to its questions
    neither                 the section “general”

Sections keep the order of the form.  Where a group goes on behind an inner one, so does its
section, under the same title.  A repeat inside a repeat stands behind it: repeats do not nest.
"""

from dataclasses import dataclass, field

from fieldops.xlsform.form import Form, Row

GENERAL = "general"


@dataclass(frozen=True)
class Frame:
    """A group or repeat that is open; ``path`` numbers it and those around it."""

    row: Row
    path: tuple[int, ...]
    is_repeat: bool
    has_label: bool


@dataclass
class Entry:
    """A question: its row, the frames around it, and those whose conditions are its own."""

    row: Row
    frames: tuple[Frame, ...]
    own: tuple[Frame, ...]


@dataclass
class Part:
    """A section to be: the frame that names it (none for the general one), its questions.

    ``above`` are the frames whose conditions hold for the whole section; ``again`` counts how often
    the same group was gone on with.
    """

    frame: Frame | None
    above: tuple[Frame, ...]
    again: int = 0
    entries: list[Entry] = field(default_factory=list)

    @property
    def is_repeat(self) -> bool:
        """Whether its questions are answered once for each of something."""
        return self.frame is not None and self.frame.is_repeat


@dataclass
class Outline:
    """The sections of a form in order, and its groups by the row that opens them."""

    parts: list[Part]
    frames: list[Frame]
    ends: list[Row]


class _Maker:
    def __init__(self) -> None:
        self.parts: list[Part] = []
        self.frames: list[Frame] = []
        self.ends: list[Row] = []
        self._open: list[Frame] = []
        self._repeats: dict[tuple[int, ...], Part] = {}

    def take(self, row: Row) -> None:
        if row.kind.word in {"group", "repeat"}:
            has_label = any(path[0] == "label" for path in row.cells)
            frame = Frame(row, self._path(), row.kind.word == "repeat", has_label)
            self.frames.append(frame)
            self._open.append(frame)
        elif row.kind.word == "end":
            self.ends.append(row)
            del self._open[-1:]
        else:
            self._question(row)

    def _path(self) -> tuple[int, ...]:
        above = self._open[-1].path if self._open else ()
        return (*above, len(self.frames))

    def _question(self, row: Row) -> None:
        frames = tuple(self._open)
        at = next((n for n in reversed(range(len(frames))) if frames[n].is_repeat), -1)
        if at < 0:
            at = next((n for n in reversed(range(len(frames))) if frames[n].has_label), -1)
        named = frames[at] if at >= 0 else None
        # Outside every section the conditions are the questions' own: they need not be the same.
        part = self._part(named, frames[: at + 1])
        part.entries.append(Entry(row, frames, frames[at + 1 :]))

    def _part(self, frame: Frame | None, above: tuple[Frame, ...]) -> Part:
        if frame is not None and frame.is_repeat:
            if frame.path not in self._repeats:
                self._repeats[frame.path] = Part(frame, above)
                self.parts.append(self._repeats[frame.path])
            return self._repeats[frame.path]
        if self.parts and self.parts[-1].frame == frame:
            return self.parts[-1]
        again = sum(part.frame == frame for part in self.parts)
        self.parts.append(Part(frame, above, again))
        return self.parts[-1]


def outline(form: Form) -> Outline:
    """The sections of a form."""
    maker = _Maker()
    for row in form.survey:
        maker.take(row)
    return Outline(maker.parts, maker.frames, maker.ends)
