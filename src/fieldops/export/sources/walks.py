"""Inspections and their results."""

from collections.abc import Iterator

from fieldops.export.bodies import InspectionBody, Reader, ResultBody
from fieldops.export.context import Context
from fieldops.export.source import SIGNED, Cells, Source, column, dataset, person, signed
from fieldops.export.sources import plainresults
from fieldops.export.sources.answers import answer
from fieldops.export.text import id_text
from fieldops.export.walk import Taken

INSPECTIONS = dataset(
    "inspections", "巡检", "Inspections",
    column("id", "uuid", "巡检标识", "Inspection id"),
    column("site", "uuid", "项目标识", "Site id"),
    column("state", "string", "状态", "State"),
    column("checklist", "string", "检查表版本（SHA-256）", "Checklist version (SHA-256)"),
    column("area", "uuid", "区域标识", "Area id"),
    column("round", "uuid", "巡检任务标识", "Round id"),
    column("source", "string", "来源", "Source"),
    person("owner", "巡检员", "Inspector"),
    column("note", "string", "说明", "Note", free=True),
    column("submit_note", "string", "提交说明", "Note on submission", free=True),
    column("score", "decimal", "得分", "Score", unit="%"),
    column("earned", "decimal", "得到的权重", "Weight earned"),
    column("possible", "decimal", "可得的权重", "Weight possible"),
    column("scorer", "string", "计分规则", "Scored by"),
    column("announced_results", "integer", "申报的结果数", "Results announced"),
    column("announced_photos", "integer", "申报的照片数", "Photos announced"),
    column("verdict", "string", "审核结论", "Verdict"),
    column("review_note", "string", "审核意见", "Note on review", free=True),
    column("in_conflict", "boolean", "有并行修改待定", "Parallel edits to be decided"),
    *SIGNED,
)  # fmt: skip

RESULTS = dataset(
    "results", "检查结果", "Results",
    column("id", "uuid", "结果标识", "Result id"),
    column("inspection", "uuid", "巡检标识", "Inspection id"),
    column("site", "uuid", "项目标识", "Site id"),
    column("checklist", "string", "检查表版本（SHA-256）", "Checklist version (SHA-256)"),
    column("item", "string", "检查项", "Item", free=True),
    column("repeat", "string", "重复对象", "Repeat", free=True),
    column("value", "string", "答案", "Answer"),
    column("number", "decimal", "答案（数值）", "Answer as a number"),
    column("withheld", "boolean", "答案已隐去", "The answer is withheld"),
    column("outcome", "string", "结论", "Outcome"),
    column("note", "string", "备注", "Note", free=True),
    column("photos", "integer", "照片数", "Photos"),
    column("verdict", "string", "审核结论", "Verdict"),
    column("in_conflict", "boolean", "有并行修改待定", "Parallel edits to be decided"),
    *SIGNED,
)  # fmt: skip


def _inspection(taken: Taken, body: InspectionBody, _context: Context) -> Iterator[Cells]:
    score, announced = body.score or {}, body.announced or {}
    yield (
        taken.change, taken.position, id_text(taken.subject), id_text(taken.feed), taken.state,
        body.checklist, body.area, body.round, body.source, body.owner, body.note or None,
        body.submit_note or None, score.get("score"), score.get("earned"), score.get("possible"),
        score.get("scorer"), announced.get("results"), announced.get("photos"), body.verdict,
        body.review_note or None, taken.in_conflict, *signed(taken, body),
    )  # fmt: skip


def _result(taken: Taken, body: ResultBody, context: Context) -> Iterator[Cells]:
    value, number, withheld = answer(body, context)
    yield (
        taken.change, taken.position, id_text(taken.subject), body.inspection, id_text(taken.feed),
        body.def_, body.item, body.repeat or None, value, number, withheld, body.outcome,
        body.note or None, len(body.photos or ()), body.verdict, taken.in_conflict,
        *signed(taken, body),
    )  # fmt: skip


SOURCES = (
    Source(INSPECTIONS, "inspection", Reader(InspectionBody), _inspection),
    Source(RESULTS, "result", plainresults.READER, _result, columns=plainresults.columns),
)
