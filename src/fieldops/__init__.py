"""fieldops: the public door.  What stands in ``__all__`` is what a domain plugin may import.

Names are loaded when they are asked for, so that a server pays nothing for them at start.  Code
inside fieldops imports from its own modules, never from here.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fieldops.model.answer import Violation as Violation
    from fieldops.model.answertypes import Titles as Titles
    from fieldops.model.checklist import Checklist as Checklist
    from fieldops.model.checklist import Item as Item
    from fieldops.model.checklist import Section as Section
    from fieldops.model.dataset import Audience as Audience
    from fieldops.model.dataset import Dataset as Dataset
    from fieldops.model.dataset import DatasetColumn as DatasetColumn
    from fieldops.model.dataset import ExportCell as ExportCell
    from fieldops.model.dataset import ExportField as ExportField
    from fieldops.model.dataset import ExportRow as ExportRow
    from fieldops.model.finding import Finding as Finding
    from fieldops.model.finding import FindingDraft as FindingDraft
    from fieldops.model.finding import Objection as Objection
    from fieldops.model.finding import PhotoNote as PhotoNote
    from fieldops.model.finding import Score as Score
    from fieldops.model.inspection import EarlierResult as EarlierResult
    from fieldops.model.inspection import EarlierWalk as EarlierWalk
    from fieldops.model.inspection import Inspection as Inspection
    from fieldops.model.inspection import LogChange as LogChange
    from fieldops.model.inspection import PhotoView as PhotoView
    from fieldops.model.inspection import ResultView as ResultView
    from fieldops.model.inspection import SiteView as SiteView
    from fieldops.model.plugin import API as API
    from fieldops.model.plugin import ChecklistFile as ChecklistFile
    from fieldops.model.plugin import DataLevel as DataLevel
    from fieldops.model.plugin import Plugin as Plugin
    from fieldops.model.plugin import Widget as Widget
    from fieldops.model.register import Column as Column
    from fieldops.model.register import Entry as Entry
    from fieldops.model.register import RegisterSpec as RegisterSpec
    from fieldops.model.report import FindingMonth as FindingMonth
    from fieldops.model.report import ItemMonth as ItemMonth
    from fieldops.model.report import MonthView as MonthView
    from fieldops.model.report import ReportSection as ReportSection
    from fieldops.plugin.domain import Domain as Domain
    from fieldops.plugin.domain import Rule as Rule
    from fieldops.plugin.files import read_checklists as read_checklists
    from fieldops.plugin.hookspecs import OpenPhoto as OpenPhoto
    from fieldops.plugin.hookspecs import hookimpl as hookimpl
    from fieldops.rules.cells import cell_date as cell_date
    from fieldops.rules.cells import cell_figure as cell_figure
    from fieldops.rules.cells import cell_time as cell_time
    from fieldops.rules.deadlines import deadline_after as deadline_after
    from fieldops.rules.deadlines import deadline_next_day as deadline_next_day
    from fieldops.rules.figures import show_figure as show_figure
    from fieldops.rules.inspections import answer_type as answer_type
    from fieldops.rules.inspections import answered_date as answered_date
    from fieldops.rules.inspections import chosen as chosen
    from fieldops.rules.inspections import earlier_failures as earlier_failures
    from fieldops.rules.inspections import evidence_of as evidence_of
    from fieldops.rules.inspections import find_item as find_item
    from fieldops.rules.inspections import levels_by_type as levels_by_type
    from fieldops.rules.inspections import repeat_scores as repeat_scores
    from fieldops.rules.inspections import score_of as score_of
    from fieldops.rules.inspections import section_scores as section_scores
    from fieldops.rules.once import once as once
    from fieldops.rules.once import once_a_walk as once_a_walk
    from fieldops.rules.personal import personal_kinds as personal_kinds
    from fieldops.rules.pictureheads import picture_size as picture_size
    from fieldops.rules.reportthemes import findings_by_theme as findings_by_theme
    from fieldops.rules.reportthemes import passed_share as passed_share

_HOMES = {
    "API": "model.plugin",
    "Audience": "model.dataset",
    "Checklist": "model.checklist",
    "ChecklistFile": "model.plugin",
    "Column": "model.register",
    "DataLevel": "model.plugin",
    "Dataset": "model.dataset",
    "DatasetColumn": "model.dataset",
    "Domain": "plugin.domain",
    "EarlierResult": "model.inspection",
    "EarlierWalk": "model.inspection",
    "Entry": "model.register",
    "ExportCell": "model.dataset",
    "ExportField": "model.dataset",
    "ExportRow": "model.dataset",
    "Finding": "model.finding",
    "FindingDraft": "model.finding",
    "FindingMonth": "model.report",
    "Inspection": "model.inspection",
    "Item": "model.checklist",
    "ItemMonth": "model.report",
    "LogChange": "model.inspection",
    "MonthView": "model.report",
    "Objection": "model.finding",
    "OpenPhoto": "plugin.hookspecs",
    "PhotoNote": "model.finding",
    "PhotoView": "model.inspection",
    "Plugin": "model.plugin",
    "RegisterSpec": "model.register",
    "ReportSection": "model.report",
    "ResultView": "model.inspection",
    "Rule": "plugin.domain",
    "Score": "model.finding",
    "Section": "model.checklist",
    "SiteView": "model.inspection",
    "Titles": "model.answertypes",
    "Violation": "model.answer",
    "Widget": "model.plugin",
    "answer_type": "rules.inspections",
    "answered_date": "rules.inspections",
    "cell_date": "rules.cells",
    "cell_figure": "rules.cells",
    "cell_time": "rules.cells",
    "chosen": "rules.inspections",
    "deadline_after": "rules.deadlines",
    "deadline_next_day": "rules.deadlines",
    "earlier_failures": "rules.inspections",
    "evidence_of": "rules.inspections",
    "find_item": "rules.inspections",
    "findings_by_theme": "rules.reportthemes",
    "hookimpl": "plugin.hookspecs",
    "levels_by_type": "rules.inspections",
    "once": "rules.once",
    "once_a_walk": "rules.once",
    "passed_share": "rules.reportthemes",
    "personal_kinds": "rules.personal",
    "picture_size": "rules.pictureheads",
    "read_checklists": "plugin.files",
    "repeat_scores": "rules.inspections",
    "score_of": "rules.inspections",
    "section_scores": "rules.inspections",
    "show_figure": "rules.figures",
}

__all__ = [
    "API",
    "Audience",
    "Checklist",
    "ChecklistFile",
    "Column",
    "DataLevel",
    "Dataset",
    "DatasetColumn",
    "Domain",
    "EarlierResult",
    "EarlierWalk",
    "Entry",
    "ExportCell",
    "ExportField",
    "ExportRow",
    "Finding",
    "FindingDraft",
    "FindingMonth",
    "Inspection",
    "Item",
    "ItemMonth",
    "LogChange",
    "MonthView",
    "Objection",
    "OpenPhoto",
    "PhotoNote",
    "PhotoView",
    "Plugin",
    "RegisterSpec",
    "ReportSection",
    "ResultView",
    "Rule",
    "Score",
    "Section",
    "SiteView",
    "Titles",
    "Violation",
    "Widget",
    "answer_type",
    "answered_date",
    "cell_date",
    "cell_figure",
    "cell_time",
    "chosen",
    "deadline_after",
    "deadline_next_day",
    "earlier_failures",
    "evidence_of",
    "find_item",
    "findings_by_theme",
    "hookimpl",
    "levels_by_type",
    "once",
    "once_a_walk",
    "passed_share",
    "personal_kinds",
    "picture_size",
    "read_checklists",
    "repeat_scores",
    "score_of",
    "section_scores",
    "show_figure",
]


def __getattr__(name: str) -> Any:
    """Load a public name from its module."""
    if name not in _HOMES:
        raise AttributeError(f"fieldops has no public name {name!r}")
    return getattr(import_module(f"fieldops.{_HOMES[name]}"), name)
