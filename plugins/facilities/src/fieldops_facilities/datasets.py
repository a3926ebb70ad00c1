"""What facilities adds to the export: every reading of a meter."""

from collections.abc import Iterator
from decimal import Decimal

from fieldops import (
    Checklist,
    Dataset,
    DatasetColumn,
    ExportRow,
    Inspection,
    hookimpl,
    show_figure,
)
from fieldops_facilities.meters import member, meters
from fieldops_facilities.plates import known, place

READINGS = Dataset(
    name="meter_readings",
    version=1,
    key=("item", "place"),
    columns=(
        DatasetColumn("item", "string", {"zh-CN": "检查项", "en": "Item"}),
        DatasetColumn("place", "string", {"zh-CN": "位置", "en": "Place"}),
        DatasetColumn("asset", "string", {"zh-CN": "设备编码", "en": "Asset"}),
        DatasetColumn("reading", "decimal", {"zh-CN": "读数", "en": "Reading"}),
        DatasetColumn("previous", "decimal", {"zh-CN": "上次读数", "en": "Previous reading"}),
        DatasetColumn("usage", "decimal", {"zh-CN": "用量", "en": "Usage"}),
        DatasetColumn("outcome", "string", {"zh-CN": "结论", "en": "Outcome"}),
        DatasetColumn("read_at", "datetime", {"zh-CN": "抄表时间", "en": "Read at"}),
    ),
    title={"zh-CN": "抄表记录", "en": "Meter readings"},
)


@hookimpl
def declare_datasets() -> tuple[Dataset, ...]:
    """The readings."""
    return (READINGS,)


@hookimpl
def add_export_rows(inspection: Inspection, checklist: Checklist) -> Iterator[ExportRow]:
    """A row for each meter with a readable figure."""
    plates = known(inspection)
    for meter in meters(inspection, checklist):
        result = meter.result
        yield {
            "item": result.item,
            "place": result.repeat or result.section,
            "asset": plates.key(place(result)),
            "reading": show_figure(meter.reading),
            "previous": _shown(member(result.value, "previous")),
            "usage": _shown(result.usage),
            "outcome": result.outcome,
            "read_at": result.recorded_at,
        }


def _shown(figure: Decimal | None) -> str | None:
    return None if figure is None else show_figure(figure)
