"""What confidentiality adds to the export: incidents, each a place where something lay open."""

from collections.abc import Iterator

from fieldops import Dataset, DatasetColumn, ExportRow, Inspection, chosen, hookimpl, show_figure
from fieldops_confidentiality.rules_exposure import EXPOSING

INCIDENTS = Dataset(
    name="incidents",
    version=1,
    key=("number",),
    columns=(
        DatasetColumn("number", "integer", {"zh-CN": "序号", "en": "Number in the walk"}),
        DatasetColumn("severity", "string", {"zh-CN": "严重程度", "en": "Severity"}),
        DatasetColumn("photos", "integer", {"zh-CN": "照片数", "en": "Photos"}),
        DatasetColumn("holds", "string", {"zh-CN": "保管信息级别", "en": "Level held"}, level=2),
        # What lies open and where tells somebody how to get at it.
        DatasetColumn("item", "string", {"zh-CN": "检查项", "en": "Item"}, level=3),
        DatasetColumn("place", "string", {"zh-CN": "位置", "en": "Place"}, level=3),
        DatasetColumn("seen", "string", {"zh-CN": "所见", "en": "What was seen"}, level=3),
        DatasetColumn("note", "string", {"zh-CN": "备注", "en": "Note"}, level=3, free=True),
    ),
    title={"zh-CN": "信息暴露事件", "en": "Incidents of exposure"},
)


@hookimpl
def declare_datasets() -> tuple[Dataset, ...]:
    """The incidents."""
    return (INCIDENTS,)


@hookimpl
def add_export_rows(inspection: Inspection) -> Iterator[ExportRow]:
    """A row for each place that left something open."""
    holds = ", ".join(sorted(chosen(inspection, "holds_level")))
    for number, one in enumerate(inspection.failed_of(*EXPOSING), 1):
        seen = one.value if isinstance(one.value, str) else None
        if one.figure is not None:
            seen = show_figure(one.figure)
        yield {
            "number": number,
            "severity": one.severity,
            "photos": one.photo_count,
            "holds": holds,
            "item": one.item,
            "place": one.repeat,
            "seen": seen,
            "note": one.note,
        }
