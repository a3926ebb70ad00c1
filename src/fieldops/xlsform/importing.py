"""Import an XLSForm: the door to this room."""

from pathlib import Path

from msgspec import Struct

from fieldops.model.checklist import Checklist
from fieldops.model.fault import Fault
from fieldops.rules.checklists import TEXT_LENGTH_MAX, parse
from fieldops.rules.checklisttoml import write_toml
from fieldops.xlsform.book import Unreadable
from fieldops.xlsform.mapping import Mapped, Wish, map_form
from fieldops.xlsform.read import read_form


class Imported(Struct, frozen=True):
    """The text of a checklist file, where it came from, and what lint still finds in it."""

    text: str
    mapped: Mapped
    faults: list[Fault]


def import_xlsform(path: Path, wish: Wish) -> Imported:
    """Read, map and write.  Faults name the file after the checklist's key.

    Raises ``Unreadable`` for a file that is no form, ``OSError`` for one that cannot be opened.
    """
    mapped = map_form(read_form(path), wish)
    if not mapped.checklist.sections:
        raise Unreadable("no-questions", "survey")
    text = write_toml(mapped.checklist, mapped.comments)
    if len(text) > TEXT_LENGTH_MAX:
        raise Unreadable("too-long", high=str(TEXT_LENGTH_MAX))
    found: Checklist | list[Fault] = parse(text, f"{mapped.checklist.key}.toml")
    return Imported(text, mapped, found if isinstance(found, list) else [])
