"""A workbook's rows as the mapping reads them: cells by what they mean, each with its place."""

from msgspec import Struct

Path = tuple[str, ...]
"""What a cell says, in pyxform's names: ``("bind", "relevant")``, ``("label", "English (en)")``."""


class Cell(Struct, frozen=True):
    """A filled cell: its column's heading as written, the column's letter, and its text."""

    column: str
    letter: str
    text: str


class Kind(Struct, frozen=True):
    """What the ``type`` column says: one ``word`` for all its spellings, and the list it names.

    ``word`` is a question type, ``group``, ``repeat``, ``end``, ``meta`` (the device fills it in)
    or, where pyxform knows more than we do, the type as written.
    """

    word: str
    list_name: str = ""
    or_other: bool = False
    is_file: bool = False


class Row(Struct, frozen=True):
    """A row that is not empty; ``number`` is the one that a spreadsheet shows."""

    sheet: str
    number: int
    cells: dict[Path, Cell]
    kind: Kind = Kind("")

    def text(self, *path: str) -> str:
        """What a cell says, empty where there is none."""
        cell = self.cells.get(path)
        return "" if cell is None else cell.text

    @property
    def name(self) -> str:
        """The row's name."""
        return self.text("name")


class Notice(Struct, frozen=True):
    """Something seen while reading that a person should know; ``code`` is one of ``remarks``."""

    code: str
    sheet: str
    row: int = 0
    column: str = ""
    cell: str = ""
    says: str = ""


class Form(Struct, frozen=True):
    """A workbook: its rows by sheet, choices by list in their order, the one row of settings."""

    stem: str
    survey: tuple[Row, ...]
    choices: dict[str, tuple[Row, ...]] = {}
    external: dict[str, tuple[Row, ...]] = {}
    settings: Row = Row("settings", 0, {})
    others: tuple[Row, ...] = ()
    """Rows of sheets that no part of a checklist comes from (entities, osm), and stray choices."""
    notices: tuple[Notice, ...] = ()

    def rows(self) -> list[Row]:
        """Every row, in the order of the sheets."""
        lists = [*self.choices.values(), *self.external.values()]
        rows = [*self.survey, *(row for one in lists for row in one), *self.others]
        return rows + ([self.settings] if self.settings.cells else [])
