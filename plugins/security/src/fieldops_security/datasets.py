"""What security adds to the export: every patrol point that a walk came to, or should have."""

from collections.abc import Iterator

from fieldops import Dataset, DatasetColumn, ExportRow, Inspection, hookimpl
from fieldops_security.rules.visits import shift_of

POINTS = Dataset(
    name="patrol_points",
    version=1,
    key=("point",),
    columns=(
        DatasetColumn("point", "string", {"zh-CN": "巡逻点", "en": "Patrol point"}),
        DatasetColumn("code", "string", {"zh-CN": "扫到的码", "en": "Code scanned"}),
        DatasetColumn("shift", "string", {"zh-CN": "班次", "en": "Shift"}),
        DatasetColumn("scanned", "boolean", {"zh-CN": "已扫码", "en": "Scanned"}),
        # With the point it tells where a guard was, to the minute.
        DatasetColumn("visited_at", "string", {"zh-CN": "到达时间", "en": "Visited at"}, level=2),
    ),
    title={"zh-CN": "巡逻点", "en": "Patrol points"},
)


@hookimpl
def declare_datasets() -> tuple[Dataset, ...]:
    """The points."""
    return (POINTS,)


@hookimpl
def add_export_rows(inspection: Inspection) -> Iterator[ExportRow]:
    """A row for each point of the walk, scanned or not."""
    shift = shift_of(inspection)
    for scan in inspection.of_items("point_code"):
        visit = inspection.find("point_visited_at", scan.repeat)
        at = visit.value if visit is not None and isinstance(visit.value, str) else None
        yield {
            "point": scan.repeat or scan.section,
            "code": scan.value if isinstance(scan.value, str) else None,
            "shift": shift,
            "scanned": scan.answered,
            "visited_at": at,
        }
