"""The contract of a plugin: what the server relies on, tried on made-up walks of every kind.

    def test_contract():
        assert_contract("fieldops_pools")

A plugin that keeps it raises nothing on whatever the field may send, finds the same in the same
walk whenever it is asked, and says it in both languages.
"""

from collections.abc import Callable, Iterator
from functools import partial
from io import BytesIO
from itertools import product
from time import process_time
from types import ModuleType
from typing import BinaryIO

import msgspec
from structlog.testing import capture_logs

from fieldops.flow.judge import Verdict
from fieldops.model.answertypes import LANGUAGES, Titles
from fieldops.model.checklist import Checklist
from fieldops.model.dataset import Audience, ColumnType, Dataset, ExportCell, ExportField
from fieldops.model.finding import FindingDraft
from fieldops.model.inspection import Inspection, PhotoView
from fieldops.rules.covering import taken
from fieldops.rules.pluginrows import BadRow, cells
from fieldops.testing.build import change, finding, months, site
from fieldops.testing.door import undue_imports
from fieldops.testing.fresh import PluginRefused, told
from fieldops.testing.kit import Kit
from fieldops.testing.randomwalks import Ask, Terms, random_walk, random_walks

RESULTS = 400
"""A large walk of the field: domain.md, "What is real in a site walk"."""
_CELLS: tuple[tuple[ColumnType, ExportCell], ...] = (
    ("string", "张工致电 138****5678，证件 110101********1234"), ("string", "pass"),
    ("integer", 7), ("decimal", "23.5"), ("boolean", True), ("date", "2026-10-01"),
    ("datetime", "2026-10-01T08:30:00+08:00"), ("json", '["a","b"]'),
    ("uuid", "01a203f2-e697-77f7-aac8-a19fc9d69e4f"),
)  # fmt: skip
"""A cell of each kind, as the core has masked it."""
_encode = msgspec.json.Encoder(order="deterministic").encode


def assert_contract(plugin: str | ModuleType, walks: int = 16, budget_s: float = 2) -> None:
    """Raises ``AssertionError`` that names everything in which a plugin breaks its contract.

    It loads and declares itself; its checklists lint with no remark and their examples come out;
    every hook returns the declared type on ``walks`` random walks by each checklist, changes none
    of its arguments, and answers the same when it is asked again in another order; texts are in
    both languages; a walk of 400 results takes no more than ``budget_s`` seconds of the processor;
    rows for exports are of their columns and told apart by their key; what it covers of exports
    shows no more than it was given; it imports nothing of fieldops but the public door.
    """
    try:
        kit = Kit(plugin)
        checklists = _checklists(kit)
        _datasets(kit)
    except PluginRefused as refused:
        raise AssertionError(f"{plugin} breaks the contract: {refused}") from None
    found = [*_declares(kit, checklists), *undue_imports(plugin), *_reports(kit, checklists)]
    found += _redactions(kit)
    with capture_logs():  # What is found says where; the log would repeat it with every value.
        for checklist in checklists:
            found += _judges(kit, checklist, walks)
            found += _is_quick(kit, checklist, budget_s)
    if found:
        lines = "\n  ".join(dict.fromkeys(found))
        raise AssertionError(f"{kit.host.card.name} breaks the contract:\n  {lines}")


def _checklists(kit: Kit) -> list[Checklist]:
    return kit.checklists() if "declare_checklists" in kit.host.card.hooks else []


def _declares(kit: Kit, checklists: list[Checklist]) -> Iterator[str]:
    """What the plugin says of itself and of its checklists."""
    card = kit.host.card
    yield from _titled(card.summary, "declare_plugin: summary")
    for one in checklists:
        if card.domain and one.domain != card.domain:
            yield f"{one.key}: its domain is {one.domain}, the plugin's {card.domain}"
        yield from _levels(kit, one)
    if len({(one.key, one.version) for one in checklists}) < len(checklists):
        yield "declare_checklists: the same key and version twice"


def _reports(kit: Kit, checklists: list[Checklist]) -> Iterator[str]:
    """What the plugin adds to reports: of a month without anything, and of one where all failed."""
    if "add_report_sections" in kit.host.card.hooks:
        for month in months(checklists):
            yield from _tried(partial(kit.call, "add_report_sections", report=month))


def _datasets(kit: Kit) -> tuple[Dataset, ...]:
    """What the plugin adds to exports; raises ``PluginRefused`` for a wrong declaration."""
    if "declare_datasets" not in kit.host.card.hooks:
        return ()
    declared: tuple[Dataset, ...] = kit.call("declare_datasets", settings=kit.host.settings)
    return declared


def _exports(
    kit: Kit, datasets: tuple[Dataset, ...], checklist: Checklist, walk: Inspection
) -> Iterator[str]:
    """The rows of a walk: of their columns, no two with one key, the same when asked again."""
    for one in datasets:
        asked = partial(
            kit.call, "add_export_rows", dataset=one.name, inspection=walk, checklist=checklist
        )
        try:
            rows = asked()
            made = [cells(one, row) for row in rows]
            if rows != asked():
                yield f"add_export_rows: asked again, {one.name} has other rows"
        except (PluginRefused, BadRow) as refused:
            yield f"add_export_rows: {refused}"
            continue
        places = [at for at, column in enumerate(one.columns) if column.name in one.key]
        if len({tuple(row[at] for at in places) for row in made}) < len(made):
            yield f"add_export_rows: {one.name}: two rows of one walk have the same key"


def _redactions(kit: Kit) -> Iterator[str]:
    """What the plugin covers of exports: less than it was given, and the same when asked again."""
    redacts = kit.host.card.redacts
    if bool(redacts) is not ("redact_value" in kit.host.card.hooks):
        yield "redact_value: declare_plugin names no columns, or no hook covers them"
        return
    for (dataset, _, column), (kind, value) in product(
        (one.partition(".") for one in redacts), _CELLS
    ):
        asked = partial(
            kit.call, "redact_value", value=value, audience=Audience(1, "contract"),
            field=ExportField(dataset, column, kind, 1),
        )  # fmt: skip
        try:
            told = asked()
            if not taken(kind, value, told):
                yield f"redact_value: {dataset}.{column} shows what it was not given ({kind})"
            if told != asked():
                yield f"redact_value: asked again, {dataset}.{column} shows something else"
        except PluginRefused as refused:
            yield f"redact_value: {refused}"


def _titled(titles: Titles, what: str) -> Iterator[str]:
    for language in LANGUAGES:
        if not titles.get(language, "").strip():
            yield f"{what}: no text in {language}"


def _levels(kit: Kit, checklist: Checklist) -> Iterator[str]:
    if "declare_fields" not in kit.host.card.hooks:
        return
    try:
        levels = kit.call("declare_fields", checklist=checklist)
    except PluginRefused as refused:
        yield f"{checklist.key}: {refused}"
        return
    known = {item.key for section in checklist.sections for item in section.items}
    if set(levels) - known:
        yield f"{checklist.key}: declare_fields names {sorted(set(levels) - known)}"


def _judges(kit: Kit, checklist: Checklist, count: int) -> Iterator[str]:
    """Every hook, on the worked examples and on random walks; forwards, then backwards."""
    card = kit.host.card
    terms = Terms(card.earlier_days > 0, card.registers)
    walks = {
        f"{checklist.key}, example {number}": kit.walk(checklist, like=number)
        for number in range(len(checklist.examples))
    }
    random = random_walks(checklist, terms, count)
    walks |= {f"{checklist.key}, random walk {number}": walk for number, walk in enumerate(random)}
    first = {name: _verdict(kit, walk) for name, walk in walks.items()}
    datasets = _datasets(kit)
    for name, verdict in first.items():
        yield from (f"{name}: {line}" for line in _sound(kit, verdict))
        yield from (f"{name}: {line}" for line in _exports(kit, datasets, checklist, walks[name]))
    for name, walk in reversed(walks.items()):
        before = _encode(walk)
        if _verdict(kit, walk) != first[name]:
            yield f"{name}: asked again, the plugin answers something else"
        if _encode(walk) != before:
            yield f"{name}: the plugin changes its arguments"


def _verdict(kit: Kit, walk: Inspection) -> Verdict | str:
    verdict = kit.judge(walk, _open_photo)
    return verdict if isinstance(verdict, Verdict) else told(verdict)


def _sound(kit: Kit, verdict: Verdict | str) -> Iterator[str]:
    """The faults of a verdict, its deadlines included."""
    if isinstance(verdict, str):
        yield verdict
        return
    if verdict.faults:
        yield told(*verdict.faults)
    for one in verdict.raised:
        yield from _due(kit, one.draft)
    if "on_change" in kit.host.card.hooks:
        yield from _tried(lambda: kit.call("on_change", change=change()))


def _due(kit: Kit, draft: FindingDraft) -> Iterator[str]:
    if "set_deadline" in kit.host.card.hooks:
        yield from _tried(lambda: kit.call("set_deadline", finding=finding(draft), site=site()))


def _tried(run: Callable[[], object]) -> Iterator[str]:
    try:
        run()
    except PluginRefused as refused:
        yield str(refused)


def _is_quick(kit: Kit, checklist: Checklist, budget_s: float) -> Iterator[str]:
    """The time of the processor, not of the clock; the better of two, since a machine is busy."""
    card = kit.host.card
    terms = Terms(card.earlier_days > 0, card.registers)
    walk = random_walk(checklist, terms, Ask(0, "full", RESULTS))
    took_s = min(_seconds(kit, walk) for _ in range(2))
    if took_s > budget_s:
        yield f"{checklist.key}: {len(walk.results)} results take {took_s:.1f} s of {budget_s:g} s"


def _seconds(kit: Kit, walk: Inspection) -> float:
    before = process_time()
    kit.judge(walk, _open_photo)
    return process_time() - before


def _open_photo(photo: PhotoView) -> BinaryIO:
    """Every other photo cannot be had: a store may be down."""
    if int(photo.sha256[0], 16) % 2:
        raise OSError("the store is down")
    return BytesIO(photo.sha256.encode())
