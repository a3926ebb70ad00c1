"""How the demo talks: numbered steps, sentences, progress bars; plain in a plain terminal."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.progress import BarColumn, Progress, TaskID, TextColumn
from rich.text import Text

Texts = tuple[str, str]
"""A text in Chinese and in English."""

STEPS = 9
_INDENT = 6
_MB = 1_000_000


class Stage:
    """Where the demo is shown; ``text`` picks one of a Chinese and an English text."""

    def __init__(self, console: Console, text: Callable[[str, str], str]) -> None:
        self.console = console
        self.text = text
        self._step = 0

    def step(self, zh: str, en: str) -> None:
        """Begin the next step."""
        self._step += 1
        number = Text(f"[{self._step}/{STEPS}] ", "bold cyan")
        self.console.print()
        self.console.print(number + Text(self.text(zh, en), "bold"))

    def say(self, zh: str, en: str, style: str = "") -> None:
        """A sentence, indented; a long one is wrapped."""
        self.show(Text(self.text(zh, en), style))

    def show(self, what: RenderableType) -> None:
        """Anything, with the sentences' indent."""
        self.put(Padding(what, (0, 0, 0, _INDENT), expand=False))

    def put(self, what: RenderableType) -> None:
        """Anything as it is; a file gets its lines without the blanks that fill a table's cells."""
        if self.console.is_terminal:
            self.console.print(what)
            return
        with self.console.capture() as caught:
            self.console.print(what)
        lines = (line.rstrip() for line in caught.get().splitlines())
        self.console.print(Text("\n".join(lines)), soft_wrap=True)

    @contextmanager
    def bars(self) -> Iterator[Progress]:
        """Progress bars, which stay; where nobody looks at a terminal, their end alone is shown."""
        columns = (
            TextColumn(" " * _INDENT + "{task.description}"),
            BarColumn(32),
            TextColumn("{task.completed:,.0f}/{task.total:,.0f}"),
        )
        with Progress(*columns, console=self.console) as progress:
            yield progress


class SyncBars:
    """The two bars of a sync: ops with a receipt, and megabytes of photos that the server has."""

    def __init__(self, stage: Stage, progress: Progress, ops: int, photo_bytes: int) -> None:
        self._progress = progress
        ops_name = stage.text("已回执的操作", "ops with a receipt")
        photos_name = stage.text("服务器上的照片（MB）", "MB of photos there")
        self._ops: TaskID = progress.add_task(ops_name, total=ops)
        self._photos: TaskID = progress.add_task(photos_name, total=photo_bytes / _MB)

    def settle(self, ops: int) -> None:
        """So many ops have a receipt."""
        self._progress.update(self._ops, completed=ops)

    def confirm(self, photo_bytes: int) -> None:
        """So many bytes of photos are at the server."""
        self._progress.update(self._photos, completed=photo_bytes / _MB)


def megabytes(size_bytes: int) -> str:
    """A size for people, in units of 1,000,000 bytes."""
    return f"{size_bytes / _MB:,.1f} MB"
