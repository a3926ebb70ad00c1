"""Checklists and their items, a row a version."""

from collections.abc import Iterator

from fieldops.export.bodies import ChecklistBody, Reader
from fieldops.export.context import Context
from fieldops.export.source import SIGNED, Cells, Source, column, dataset, signed
from fieldops.export.text import id_text
from fieldops.export.walk import Taken
from fieldops.rules.figures import show_figure

CHECKLISTS = dataset(
    "checklists", "检查表", "Checklists",
    column("id", "uuid", "检查表版本标识", "Id of the version"),
    column("sha256", "string", "版本（SHA-256）", "SHA-256 of the version"),
    column("checklist", "string", "检查表", "Checklist"),
    column("version", "string", "版本号", "Version"),
    column("number", "integer", "第几版", "Number of the version"),
    column("domain", "string", "领域", "Domain"),
    column("title_zh", "string", "标题（中文）", "Title (Chinese)"),
    column("title_en", "string", "标题（英文）", "Title (English)"),
    column("state", "string", "状态", "State"),
    column("withdrawn", "string", "撤回原因", "Why it was withdrawn", free=True),
    *SIGNED,
)  # fmt: skip

ITEMS = dataset(
    "items", "检查项", "Items",
    column("checklist", "string", "检查表版本（SHA-256）", "Checklist version (SHA-256)"),
    column("item", "string", "检查项", "Item"),
    column("section", "string", "分区", "Section"),
    column("title_zh", "string", "标题（中文）", "Title (Chinese)"),
    column("title_en", "string", "标题（英文）", "Title (English)"),
    column("measure_zh", "string", "衡量方法（中文）", "How it is measured (Chinese)"),
    column("measure_en", "string", "衡量方法（英文）", "How it is measured (English)"),
    column("clause", "string", "条款", "Clause"),
    column("answer", "string", "答案类型", "Type of the answer"),
    column("unit", "string", "单位", "Unit"),
    column("weight", "decimal", "权重", "Weight"),
    column("severity", "string", "不合格的严重程度", "Severity if failed"),
    column("required", "boolean", "必填", "Required"),
    column("scored", "boolean", "计分", "Scored"),
    column("rectify_hours", "integer", "整改时限", "Time to rectify", unit="h"),
    key=("checklist", "item"),
)  # fmt: skip


def _checklist(taken: Taken, body: ChecklistBody, _context: Context) -> Iterator[Cells]:
    titles = body.titles or {}
    yield (
        taken.change, taken.position, id_text(taken.subject), body.sha256, body.key, body.version,
        body.number, body.domain, titles.get("zh-CN"), titles.get("en"), taken.state,
        (body.withdrawn or {}).get("reason") or None, *signed(taken, body),
    )  # fmt: skip


def _items(taken: Taken, body: ChecklistBody, context: Context) -> Iterator[Cells]:
    """The items of a version, in their order; a version never changes, only its being in use."""
    version = context.checklist(body.sha256 or "")
    for section in version.sections if version else ():
        for item in section.items:
            yield (
                taken.change, taken.position, body.sha256, item.key, section.key,
                item.titles.get("zh-CN"), item.titles.get("en"), item.measure.get("zh-CN"),
                item.measure.get("en"), item.clause or None, item.answer.__struct_config__.tag,
                getattr(item.answer, "unit", "") or None, show_figure(item.weight), item.severity,
                item.required, item.scored, item.rectify_hours,
            )  # fmt: skip


SOURCES = (
    Source(CHECKLISTS, "checklist", Reader(ChecklistBody), _checklist),
    Source(ITEMS, "checklist", Reader(ChecklistBody), _items),
)
