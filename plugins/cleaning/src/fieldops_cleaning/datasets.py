"""What cleaning adds to the export: the score of every place that a walk came to."""

from collections.abc import Iterator
from decimal import Decimal

from fieldops import (
    Checklist,
    Dataset,
    DatasetColumn,
    ExportRow,
    Inspection,
    hookimpl,
    repeat_scores,
    section_scores,
    show_figure,
)
from fieldops_cleaning.zones import type_of, zone_of

SCORES = Dataset(
    name="area_scores",
    version=1,
    key=("section", "place"),
    columns=(
        DatasetColumn("section", "string", {"zh-CN": "检查部分", "en": "Section"}),
        DatasetColumn("place", "string", {"zh-CN": "位置", "en": "Place"}),
        DatasetColumn("type", "string", {"zh-CN": "区域类型", "en": "Type of zone"}),
        DatasetColumn("score", "decimal", {"zh-CN": "得分", "en": "Score"}, unit="%"),
        DatasetColumn("failed", "integer", {"zh-CN": "不合格项数", "en": "Items failed"}),
    ),
    title={"zh-CN": "区域得分", "en": "Scores of areas"},
)


@hookimpl
def declare_datasets() -> tuple[Dataset, ...]:
    """The scores."""
    return (SCORES,)


@hookimpl
def add_export_rows(inspection: Inspection, checklist: Checklist) -> Iterator[ExportRow]:
    """A row for each lift, room or zone; of a section that is one place, one row."""
    repeated = repeat_scores(inspection, checklist)
    for section, places in repeated.items():
        for place, score in places.items():
            kind = zone_of(inspection, section, place).type
            yield _row(inspection, (section, place), kind, score)
    for section, score in section_scores(inspection, checklist).items():
        if section not in repeated:
            yield _row(inspection, (section, ""), type_of(section), score)


def _row(walk: Inspection, at: tuple[str, str], kind: str, score: Decimal) -> ExportRow:
    section, repeat = at
    failed = [one for one in walk.failed if (one.section, one.repeat) == at]
    return {
        "section": section,
        "place": repeat or section,
        "type": kind,
        "score": show_figure(score),
        "failed": len(failed),
    }
