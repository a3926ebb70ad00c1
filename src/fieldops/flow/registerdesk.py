"""Registers at the desk: what plugins declare, and entries that are set as a file's rows are.

entries ─ as a table of one column a name ─ ``registers.plan`` ─┬─ every fault by entry
                                                                └─ all of them written, or none
"""

from collections import Counter
from collections.abc import Sequence
from uuid import UUID

from msgspec import Struct
from sqlmodel import Session

from fieldops.flow import look, registers
from fieldops.flow.sheet import Line, Table
from fieldops.model.access import Person
from fieldops.model.fault import Fault
from fieldops.model.problem import ProblemError, problem
from fieldops.model.register import Entry, RegisterSpec
from fieldops.model.said import Said, at
from fieldops.rules.access import OP_ROLES, may
from fieldops.store import plugins

_BODY = "entries"


class Registers(Struct, frozen=True):
    """The registers that plugins declare, with their columns."""

    registers: list[RegisterSpec]


class Counts(Struct, frozen=True):
    """How many entries are new, were changed, and were the same before."""

    new: int
    changed: int
    same: int


def declared(session: Session) -> Registers:
    """Every register, by name."""
    found = [spec for card in plugins.cards(session).values() for spec in card.registers]
    return Registers(sorted(found, key=lambda one: one.name))


def set_entries(
    session: Session, who: Person, site: UUID, entries: Sequence[Entry], now_ms: int
) -> Counts:
    """Set entries of a site's registers, all or none; what is not named stays.

    Raises ``ProblemError`` not-found for the site, forbidden, validation with every fault.
    """
    look.visible(session, who, site, now_ms)
    if not may(who, OP_ROLES["register.set@1"], site, now_ms):
        raise ProblemError(problem("forbidden"))
    specs = {spec.name: spec for spec in declared(session).registers}
    planned: list[list[registers.Planned]] = []
    faults: list[Fault] = []
    for name in sorted({one.register for one in entries}):
        if name not in specs:
            why = Said("没有插件声明此台账", "no plugin declares this register")
            raise ProblemError(problem("validation", at(name, why)))
        table = _table(specs[name], [one for one in entries if one.register == name])
        found = registers.plan(session, specs[name], [table], {}, site)
        faults += [one for one in found if isinstance(one, Fault)]
        planned.append([one for one in found if isinstance(one, registers.Planned)])
    if faults:
        first = faults[0].messages
        detail = Said(
            f"{len(faults)} 处错误；第一处：{first['zh-CN']}",
            f"{len(faults)} fault(s); the first: {first['en']}",
        )
        raise ProblemError(problem("validation", detail, faults=faults))
    done = Counter[str]()
    for plan in planned:
        done.update(registers.apply(session, plan, who.id, now_ms))
    return Counts(done["new"], done["changed"], done["same"])


def _table(spec: RegisterSpec, entries: Sequence[Entry]) -> Table:
    """Entries as a file's rows, so that the same checks hold; line 2 is the first of them."""
    columns = [one.name for one in spec.columns]
    strange = sorted({name for one in entries for name in one.values} - set(columns))
    header = Line(1, ["key", "retired", *columns, *strange])
    rows = [
        Line(
            number,
            [
                one.key,
                "yes" if one.retired else "",
                *(one.values.get(name, "").strip() for name in (*columns, *strange)),
            ],
        )
        for number, one in enumerate(entries, start=2)
    ]
    return Table(_BODY, spec.name, header, rows)
