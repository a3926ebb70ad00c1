"""Every hook that a plugin may implement: its arguments, its result, when it runs, how it may fail.

All hooks are synchronous, take keyword arguments, and get frozen values.  A plugin names only the
arguments that it wants.  What it returns is type-checked and stamped with its name and version.
The first word of a name tells its kind: ``declare_`` runs in the probe, ``check_``, ``score_``,
``raise_`` and ``set_`` are pure and run after the commit, ``on_`` hears of every change,
``add_`` adds to what is made on demand, ``redact_`` takes away from what leaves.

A hook that raises, exceeds its time or memory, or returns something else is a *fault*: a stored
value.  The change is tried again, and after three attempts the plugin is parked at that change.
Sync, the API and the other plugins go on.
"""

from collections.abc import Callable
from typing import Any, BinaryIO

import pluggy
from msgspec import Struct

from fieldops.model.checklist import Checklist, Item
from fieldops.model.dataset import Audience, Dataset, ExportCell, ExportField, ExportRow
from fieldops.model.finding import Finding, FindingDraft, Objection, PhotoNote, Score
from fieldops.model.inspection import Inspection, LogChange, PhotoView, ResultView, SiteView
from fieldops.model.plugin import ChecklistFile, DataLevel, Plugin
from fieldops.model.report import MonthView, ReportSection

PROJECT = "fieldops"
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)

OpenPhoto = Callable[[PhotoView], BinaryIO]
"""Opens the stored bytes of a photo for reading; raises ``OSError`` if they cannot be had."""


class Hooks:
    """The hookspecs.  A method here is documentation; plugins write plain functions."""

    @hookspec
    def declare_plugin(self) -> Plugin:
        """Say who you are.  Every plugin must implement it.

        Runs in the probe, once at start.  If it fails the plugin is off and the server starts
        without it.
        """
        raise NotImplementedError

    @hookspec
    def declare_checklists(self, settings: Struct | None) -> tuple[ChecklistFile, ...]:
        """The checklist files that come with the plugin (TOML text).

        ``settings`` is a value of the type that ``declare_plugin`` names.  Runs in the probe.  If
        it fails the plugin is off.
        """
        raise NotImplementedError

    @hookspec
    def declare_fields(self, checklist: Checklist) -> dict[str, DataLevel]:
        """The data level (1 to 3) of the answers to a checklist, by item key.

        Items that are left out are level 1.  Runs in the probe, for each of the plugin's
        checklists.  If it fails every field is level 3.
        """
        raise NotImplementedError

    @hookspec
    def declare_datasets(self, settings: Struct | None) -> tuple[Dataset, ...]:
        """The datasets that the plugin adds to the export.

        Their rows come from ``add_export_rows``.  Key columns tell the rows of one walk apart; they
        are level 1 and hold no free text.  Runs in the probe.  If it fails the export goes without
        them, and its manifest says so.
        """
        raise NotImplementedError

    @hookspec
    def check_answer(
        self, answer: ResultView, item: Item, inspection: Inspection
    ) -> tuple[Objection, ...]:
        """What makes one answer unacceptable, beyond what its item declares.

        Runs for each answer whenever its inspection has changed.  While it fails the inspection is
        not judged; when the plugin is parked for it the score is marked ``unchecked:<plugin>``.
        """
        raise NotImplementedError

    @hookspec
    def check_inspection(
        self, inspection: Inspection, checklist: Checklist
    ) -> tuple[Objection, ...]:
        """What makes a submitted inspection unacceptable as a whole.

        Runs when the inspection is submitted and whenever it changes after that.  Fails as
        ``check_answer`` does.
        """
        raise NotImplementedError

    @hookspec
    def score_inspection(self, inspection: Inspection, checklist: Checklist) -> Score | None:
        """The score of a submitted inspection, or None to leave it to the default rule.

        Runs when the inspection is submitted and whenever it changes after that.  The plugin of the
        checklist's domain scores; without one the default does.  If it fails the default score
        stands, marked ``default-score:<plugin>``.
        """
        raise NotImplementedError

    @hookspec
    def check_photo(
        self, photo: PhotoView, item: Item | None, open_photo: OpenPhoto
    ) -> tuple[PhotoNote, ...]:
        """What is wrong with one photo.  ``item`` is None for a photo of the whole inspection.

        Runs once the bytes are stored, and again when the photo's record changes.  If it fails the
        plugin's cursor waits; after three attempts the plugin is parked.
        """
        raise NotImplementedError

    @hookspec
    def raise_findings(
        self, change: LogChange, inspection: Inspection, checklist: Checklist
    ) -> tuple[FindingDraft, ...]:
        """Everything that the plugin finds wrong with the inspection as it is now.

        Runs whenever the inspection, one of its results or of its photos has changed; ``change`` is
        the latest.  What is returned stands: what is new is raised, what is no longer returned is
        withdrawn.  So return all of it every time, and look at nothing but the arguments.  If it
        fails the plugin's cursor waits; after three attempts the plugin is parked.
        """
        raise NotImplementedError

    @hookspec
    def set_deadline(self, finding: Finding, site: SiteView) -> str | None:
        """When a finding must be rectified: RFC 3339 with an offset, or None for the default.

        Runs for each finding that the plugin is about to raise.  If it fails the default by
        severity stands.
        """
        raise NotImplementedError

    @hookspec
    def on_change(self, change: LogChange) -> None:
        """Hear of what happens at any site.

        Runs for every change of the log, in order, at least once.  Fails as ``raise_findings``
        does.
        """
        raise NotImplementedError

    @hookspec
    def add_report_sections(self, report: MonthView) -> tuple[ReportSection, ...]:
        """What the monthly report should say of the domain beyond what it says of every domain.

        Runs whenever a report is made, on a month's figures; look at nothing else.  If it fails a
        notice stands in the report in its place.
        """
        raise NotImplementedError

    @hookspec
    def add_export_rows(
        self, dataset: str, inspection: Inspection, checklist: Checklist
    ) -> tuple[ExportRow, ...]:
        """The rows of one submitted walk in a dataset that ``declare_datasets`` names.

        Runs whenever an export is made, for each walk of the domain as it stood at the position
        of the run, without earlier walks and register entries; look at nothing else, or a repeated
        run differs.  If it fails the dataset is left out of the run, and the manifest says so.
        """
        raise NotImplementedError

    @hookspec
    def redact_value(self, value: ExportCell, field: ExportField, audience: Audience) -> ExportCell:
        """What an audience may have of one cell of an export, or None for nothing of it.

        The value comes as the core has masked it.  Return it, None, or of a text the same with
        stars (`*`) for parts of it: what shows anything else is not taken.  Runs while an export is
        written, for the cells of the columns that ``declare_plugin`` names (``redacts``); look at
        nothing but the arguments, or a repeated run differs.  If it fails the cell is withheld, and
        so is all that it would be asked about in that run; the manifest says so.
        """
        raise NotImplementedError


def names() -> tuple[str, ...]:
    """The names of all hooks, sorted."""
    return tuple(sorted(name for name in vars(Hooks) if not name.startswith("_")))


def spec(name: str) -> Callable[..., Any]:
    """The specification of a hook; raises ``KeyError`` for a name that is none."""
    found: Callable[..., Any] = vars(Hooks)[name]
    return found
