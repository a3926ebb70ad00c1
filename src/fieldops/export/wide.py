"""Wide results in a run: the walks that changed, read once more as whole families, by version.

    Walk ─ every op ─→ Moves: which walks changed, and where last ─┐
    Walk ─ Taken of inspections ─ hear ─→ kind of change, version ─┴─ due ─ by version, by position
        ─→ family as of ─→ a row: OWN and a cell an item, or a tombstone

A row stands as long as its inspection does, and changes with it and with each of its results: its
position is that of the last op on any of them.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any, Protocol, TypeVar
from uuid import UUID

import msgspec
from msgspec import Struct
from sqlmodel import Session

from fieldops.export.asof import Since, decoded
from fieldops.export.bodies import InspectionBody, Reader, ResultBody
from fieldops.export.context import Context
from fieldops.export.familyasof import Walked, read
from fieldops.export.source import Cells
from fieldops.export.text import id_text
from fieldops.export.walk import Step, Taken
from fieldops.export.wanted import Wanted
from fieldops.export.widesets import (
    WIDE,
    Cell,
    WideItem,
    WideSet,
    by_repeat,
    wide_name,
    widesets,
)
from fieldops.flow.view import Shelf, of_family
from fieldops.model.access import Level
from fieldops.model.checklist import Checklist
from fieldops.model.dataset import Audience, ChangeKind, Dataset
from fieldops.model.record import State
from fieldops.rules.figures import show_figure
from fieldops.rules.replay import replay
from fieldops.store import definitions, exportread, ledger
from fieldops.store.engine import Store
from fieldops.store.exportread import Row
from fieldops.store.families import Family

KINDS = ("inspection", "result")
"""The kinds of records that make rows."""
_WALKS = 200
"""Walks that are in memory at a time: some 20 MB, of 60 results each."""
_NAMES_VERSION = (b"inspection.start", b'"checklist"')
"""What stands in an op that may set the version of a walk."""


class Move(Struct, gc=False):
    """What happened to a walk in a run: where last, whether to its results, whether its version
    may have become another one."""

    position: int
    feed: bytes
    in_results: bool
    may_differ: bool


class Moves(dict[bytes, Move]):
    """The walks on which there was any op, by id; ``see`` every row in the order of the log."""

    def see(self, row: Row) -> None:
        """Note an op of an inspection or of a result."""
        kind, raw = row[1], row[8]
        if kind not in KINDS:
            return
        is_result = kind == "result"
        may_differ = not is_result and row[5] > 1 and any(one in raw for one in _NAMES_VERSION)
        walk = (row[13] or _walk_of(raw)) if is_result else row[3]
        move = self.setdefault(walk, Move(0, row[2], False, False))
        move.position = row[0]
        move.in_results |= is_result
        move.may_differ |= may_differ


class _Within(Struct, gc=False):
    inspection: UUID


class _OfWalk(Struct, gc=False):
    payload: _Within


_decode_of_walk = msgspec.json.Decoder(_OfWalk).decode


def _walk_of(raw: bytes) -> bytes:
    """The inspection of a result whose record was not read, as its op names it."""
    return _decode_of_walk(raw).payload.inspection.bytes


class _Due(Struct, frozen=True, gc=False):
    """A row that is to be written: of which version, where, as what."""

    sha256: str
    position: int
    walk: Walked
    change: ChangeKind


class Output(Protocol):
    """A dataset on its way into its files."""

    def write(self, rows: Sequence[Cells]) -> None:
        """Mask rows and add them to every file."""


AnOutput = TypeVar("AnOutput", bound=Output)
_read = Reader(InspectionBody).read


class Wide:
    """One run's; ``names`` are those that are wanted, with ``WIDE`` every one."""

    def __init__(self, names: Sequence[str], wanted: Wanted, context: Context) -> None:
        self.moves = Moves()
        self._names, self._wanted, self._context = frozenset(names), wanted, context
        self._taken: dict[bytes, tuple[ChangeKind, str]] = {}
        self._since = Since(wanted.until)
        self._shelf = Shelf(Level.L3)

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of records that the walk must show; none where no such dataset is wanted."""
        return KINDS if self._names else ()

    def hear(self, page: Iterable[Taken | Step]) -> None:
        """Note the inspections of a page."""
        for told in page if self._names else ():
            if told.kind == "inspection" and isinstance(told, Taken):
                version = "" if told.body is None else _read(told.body).checklist
                self._taken[told.subject] = (told.change, version or "")

    def write(
        self, store: Store, open_: Callable[[Dataset], AnOutput], end: Callable[[AnOutput], None]
    ) -> None:
        """Give all rows to outputs, one version after the other; each is ended before the next."""
        with store.read() as session:
            self._since.look(session)
            due = sorted(self._due(session), key=lambda one: (one.sha256, one.position))
        for sha256, rows in groupby(due, key=lambda one: one.sha256):
            sets = self._sets(store, sha256)
            outputs = [open_(one.dataset) for one in sets]
            waiting = [*rows] if sets else []
            for begin in range(0, len(waiting), _WALKS):
                with store.read() as session:
                    made = self._rows(session, sets, waiting[begin : begin + _WALKS])
                for output, rows_of in zip(outputs, made, strict=True):
                    output.write(rows_of)
            for output in outputs:
                end(output)

    def _sets(self, store: Store, sha256: str) -> list[WideSet]:
        """The wanted datasets of a version; none if it cannot be read."""
        with store.read() as session:
            self._context.open(session)
            checklist = self._context.checklist(sha256)
            every = () if checklist is None else sets_of(checklist, sha256, self._context)
        wanted = self._names
        return [one for one in every if WIDE in wanted or one.dataset.name in wanted]

    # What is due

    def _due(self, session: Session) -> Iterator[_Due]:
        before = self._before(session)
        is_step = self._wanted.kind == "incremental"
        unheard = ("voided" if is_step else None, "")
        unsaid = [id_ for id_ in self.moves if self._taken.get(id_, unheard)[0] == "voided"]
        found = self._versions(session, unsaid)
        for id_, move in self.moves.items():
            change, version = self._taken.get(id_, (None, ""))
            if change is None and not is_step:
                continue
            now, stands = found.get(id_, (version, True))
            if change is None and not stands:
                continue
            walk = Walked(UUID(bytes=move.feed), UUID(bytes=id_))
            for was in sorted(before.get(id_, {now}) - {""}):
                if change == "voided" or was != now:
                    yield _Due(was, move.position, walk, "voided")
            if now and change != "voided":
                yield _Due(now, move.position, walk, _change(change, move))

    def _versions(self, session: Session, ids: Sequence[bytes]) -> dict[bytes, tuple[str, bool]]:
        """By walk what it says itself at the run's end: its version, and whether it stands."""
        found: dict[bytes, tuple[str, bool]] = {}
        for begin in range(0, len(ids), _WALKS):
            walks = [Walked(UUID(bytes=self.moves[one].feed), UUID(bytes=one))
                     for one in ids[begin : begin + _WALKS]]  # fmt: skip
            families = read(session, walks, self._since, self._wanted.until)
            for walk in walks:
                state = families[walk.inspection].states.get(walk.inspection)
                if state is not None:
                    version = state.body.get("checklist") or ""
                    found[walk.inspection.bytes] = (version, state.state != "voided")
        return found

    def _before(self, session: Session) -> dict[bytes, set[str]]:
        """All versions that walks ever had, of those that may differ by now: any of them may have
        been told by a run that was not accepted."""
        if self._wanted.kind != "incremental":
            return {}
        feeds: dict[bytes, set[bytes]] = {}
        for id_, move in self.moves.items():
            if move.may_differ:
                feeds.setdefault(move.feed, set()).add(id_)
        found: dict[bytes, set[str]] = {}
        for feed, ids in sorted(feeds.items()):
            every = exportread.ops_of(session, feed, "inspection", ids, self._wanted.until)
            for id_, ops in every.items():
                raws = ledger.raws(session, ops)
                known = [*decoded([raws[op][0] for op in ops if op in raws], id_)]
                states = (replay(iter(known[: end + 1])) for end in range(len(known)))
                found[id_] = {
                    state.body.get("checklist") or "" for state in states if state is not None
                }
        return found

    # Rows

    def _rows(
        self, session: Session, sets: Sequence[WideSet], due: Sequence[_Due]
    ) -> list[list[Cells]]:
        """For each dataset the rows of some walks, in their order."""
        self._since.look(session)
        self._context.open(session)
        standing = [one.walk for one in due if one.change != "voided"]
        families = read(session, standing, self._since, self._wanted.until)
        made: list[list[Cells]] = [[] for _ in sets]
        for one in due:
            begin = (one.change, one.position, str(one.walk.inspection))
            family = families.get(one.walk.inspection)
            for rows, of in zip(made, sets, strict=True):
                if one.change == "voided" or family is None:
                    empty = (None,) * (len(of.dataset.columns) - len(begin))
                    rows.append((*begin, *empty))
                else:
                    cells = self._cells(session, of, one, family)
                    rows.append((*begin, *_own(one, family), *cells))
        return made

    def _cells(self, session: Session, of: WideSet, due: _Due, family: Family) -> Iterator[Cell]:
        said: dict[str, dict[str, dict[str, Any]]] = {}
        for state in family.states.values():
            if state.kind == "result" and state.state != "voided":
                body = state.body
                said.setdefault(body.get("item") or "", {})[body.get("repeat") or ""] = body
        if any(one.is_calculated for one in of.items):
            said |= self._calculated(session, of, due, family)
        for item in of.items:
            found = said.get(item.key, {})
            if not item.repeats:
                yield self._cell(item, found[""]) if "" in found else None
                continue
            shown = {self._context.masked(name): self._cell(item, found[name])
                     for name in sorted(found)}  # fmt: skip
            yield by_repeat({name: cell for name, cell in shown.items() if cell is not None})

    def _cell(self, item: WideItem, body: dict[str, Any]) -> Cell:
        """What a result says, never more than the long table shows of it."""
        level, is_worded = self._context.answer(ResultBody(def_=body.get("def"), item=item.key))
        if level > self._context.level:
            return None
        cell = item.cell(body)
        return self._context.masked(cell) if is_worded and isinstance(cell, str) else cell

    def _calculated(
        self, session: Session, of: WideSet, due: _Due, family: Family
    ) -> dict[str, dict[str, dict[str, Any]]]:
        """What was not asked but worked out, as if it had been answered."""
        wanted = {one.key for one in of.items if one.is_calculated}
        made: dict[str, dict[str, dict[str, Any]]] = {key: {} for key in wanted}
        case = of_family(session, due.walk.feed, due.walk.inspection, family, self._shelf)
        for one in case.inspection.results if case is not None else ():
            if one.item in wanted and one.figure is not None:
                body = {"value": show_figure(one.figure), "def": due.sha256}
                made[one.item][one.repeat] = body
        return made


def _change(taken: ChangeKind | None, move: Move) -> ChangeKind:
    """A row is judged anew if nobody touched its walk nor a result."""
    if taken is None or (taken == "rejudged" and move.in_results):
        return "changed"
    return taken


def _own(due: _Due, family: Family) -> Cells:
    """The values of ``widesets.OWN`` behind the id."""
    state: State = family.states[due.walk.inspection]
    body = state.body
    score = (body.get("score") or {}).get("score")
    feed = id_text(due.walk.feed.bytes)
    return (feed, body.get("area"), state.state, body.get("owner"), score)


def sets_of(checklist: Checklist, sha256: str, context: Context) -> tuple[WideSet, ...]:
    """The datasets of a version, with the levels that hold now."""
    return widesets(
        checklist, sha256, lambda item: context.answer(ResultBody(def_=sha256, item=item))
    )


def published(session: Session) -> list[str]:
    """The names of the datasets of all published versions (of those too wide, the first)."""
    return [wide_name(key, version, sha.hex()) for key, version, _, sha, _ in
            definitions.listing(session)]  # fmt: skip


def declared(session: Session) -> Iterator[Dataset]:
    """The datasets of all published versions that can be read, with the levels that hold now."""
    context = Context(Audience(3))
    context.open(session)
    for *_, sha256, _published_ms in definitions.listing(session):
        checklist = context.checklist(sha256.hex())
        if checklist is not None:
            yield from (one.dataset for one in sets_of(checklist, sha256.hex(), context))
