"""Looking into checklists (``/api/v1/checklists``): a version, two side by side, a text, a trial.

Nothing here changes anything; publishing is ``checklists``'.
"""

from decimal import Decimal
from typing import Annotated

from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, FromQuery
from msgspec import Meta, Struct
from sqlmodel import Session

from fieldops.flow import standards
from fieldops.flow.standards import Standing
from fieldops.flow.view import Shelf
from fieldops.model.access import Role
from fieldops.model.answer import Line, ScoreSheet, SectionViolation, Violation
from fieldops.model.checklist import Checklist, Example, Outcome
from fieldops.model.difference import Difference, Mapping
from fieldops.model.fault import Fault
from fieldops.model.problem import ProblemError, problem
from fieldops.model.said import Said
from fieldops.rules.checklistdiff import differences, mappings
from fieldops.rules.checklists import examine
from fieldops.rules.checklisttoml import write_toml
from fieldops.rules.figures import show_figure
from fieldops.rules.trial import play
from fieldops.web.bodies import AnyRequest, read_json, respond
from fieldops.web.checklists import FILE, ChecklistText
from fieldops.web.desk import core_of, look_up
from fieldops.web.documented import documented
from fieldops.web.policy import person

_READ = person(Role.SUPERVISOR, Role.OPS, Role.AUDITOR, Role.ADMINISTRATOR)
_EDIT = person(Role.OPS, Role.ADMINISTRATOR)


class VersionSheet(Struct, frozen=True):
    """A version in full; ``toml`` is the same as a text to begin the next one with."""

    standing: Standing
    checklist: Checklist
    toml: str


class Compared(Struct, frozen=True):
    """What differs between two versions, and where the answers to the older one's items go."""

    before: str
    after: str
    differences: tuple[Difference, ...]
    mappings: tuple[Mapping, ...]


class Linted(Struct, frozen=True):
    """What a text says, as far as it can be judged by, and every fault and remark, by line."""

    checklist: Checklist | None
    notes: tuple[Fault, ...]


class Tried(Struct, frozen=True):
    """Answers to play: by the published version ``sha256``, else by the text."""

    example: Example
    sha256: Annotated[str, Meta(pattern="^([0-9a-f]{64})?$")] = ""
    toml: Annotated[str, Meta(max_length=2_000_000)] = ""


class PlayedLine(Struct, frozen=True):
    """An item that shows, for one repeat.  ``worked_out`` is its figure, as read or calculated."""

    section: str
    item: str
    repeat: str
    outcome: Outcome | None
    violations: tuple[Violation, ...]
    worked_out: str


class Played(Struct, frozen=True):
    """What shows, judged, in the checklist's order; ``hidden`` are the items that do not."""

    lines: tuple[PlayedLine, ...]
    violations: tuple[SectionViolation, ...]
    hidden: tuple[str, ...]
    score: ScoreSheet


@get(
    "/checklists/{key:str}/versions/{version:str}",
    opt={"policy": _READ},
    operation_class=documented(VersionSheet, more=("not-found",)),
)
async def version_sheet(
    request: AnyRequest, key: FromPath[str], version: FromPath[str]
) -> Response[bytes]:
    """A published version as tablets get it, and as a text."""

    def query(session: Session) -> VersionSheet:
        standing, checklist = _published(session, key, version)
        return VersionSheet(standing, checklist, write_toml(checklist))

    return await look_up(request, lambda session, _who, _now: query(session))


@get(
    "/checklists/{key:str}/diff",
    opt={"policy": _READ},
    operation_class=documented(Compared, more=("not-found",)),
)
async def compare(
    request: AnyRequest, key: FromPath[str], before: FromQuery[str], after: FromQuery[str]
) -> Response[bytes]:
    """What differs between two published versions, in the order of the newer one."""

    def query(session: Session) -> Compared:
        old, new = (_published(session, key, one)[1] for one in (before, after))
        return Compared(before, after, differences(old, new), mappings(old, new))

    return await look_up(request, lambda session, _who, _now: query(session))


def _published(session: Session, key: str, version: str) -> tuple[Standing, Checklist]:
    """Raises ``ProblemError`` not-found."""
    found = next((one for one in standards.of_key(session, key) if one.version == version), None)
    checklist = Shelf().get(session, found.sha256) if found else None
    if found is None or checklist is None:
        why = Said(f"{key} {version} 从未发布", f"{key} {version} was never published")
        raise ProblemError(problem("not-found", why))
    return found, checklist


@post(
    "/checklists/lint",
    opt={"policy": _EDIT},
    status_code=200,
    operation_class=documented(Linted, takes=ChecklistText),
)
async def lint(request: AnyRequest) -> Response[bytes]:
    """Look through a text while it is written; faults and remarks stand at their places."""
    asked = await read_json(request, ChecklistText, core_of(request).limits)
    report = examine(asked.toml, FILE)
    return respond(request, Linted(report.checklist, report.notes))


@post(
    "/checklists/try",
    opt={"policy": _READ},
    status_code=200,
    operation_class=documented(Played, takes=Tried, more=("not-found",)),
)
async def try_answers(request: AnyRequest) -> Response[bytes]:
    """Play answers by a version or a text: what shows, what is not accepted, what it scores."""
    asked = await read_json(request, Tried, core_of(request).limits)

    def query(session: Session) -> Played:
        trial = play(_tried(session, asked), asked.example)
        lines = tuple(map(_line, trial.reading.lines))
        return Played(lines, trial.reading.violations, trial.hidden, trial.score)

    return await look_up(request, lambda session, _who, _now: query(session))


def _line(line: Line) -> PlayedLine:
    found = line.judgement
    figure = show_figure(found.value) if isinstance(found.value, Decimal) else ""
    return PlayedLine(line.section, line.item, line.repeat, found.outcome, found.violations, figure)


def _tried(session: Session, asked: Tried) -> Checklist:
    """Raises ``ProblemError`` not-found, and validation for a text that cannot be judged by."""
    if asked.sha256:
        found = Shelf().get(session, asked.sha256)
        if found is None:
            raise ProblemError(problem("not-found"))
        return found
    report = examine(asked.toml, FILE)
    if report.checklist is None:
        raise ProblemError(problem("validation", _first(report.notes[0]), faults=report.notes))
    return report.checklist


def _first(note: Fault) -> Said:
    return Said(
        f"第 {note.line} 行：{note.messages['zh-CN']}", f"line {note.line}: {note.messages['en']}"
    )


HANDLERS: list[HTTPRouteHandler] = [version_sheet, compare, lint, try_answers]
