"""Rounds: what was to be walked, and what came of it."""

from collections.abc import Iterator

from fieldops.export.bodies import Reader, RoundBody
from fieldops.export.context import Context
from fieldops.export.source import SIGNED, Cells, Source, column, dataset, signed
from fieldops.export.text import id_text
from fieldops.export.walk import Taken

ROUNDS = dataset(
    "rounds", "巡检任务", "Rounds",
    column("id", "uuid", "任务标识", "Round id"),
    column("site", "uuid", "项目标识", "Site id"),
    column("plan", "uuid", "计划标识", "Plan id"),
    column("title", "string", "名称", "Title", free=True),
    column("state", "string", "状态", "State"),
    column("due", "datetime", "应开始时间", "Due"),
    column("opens", "datetime", "最早开始时间", "Opens"),
    column("closes", "datetime", "最晚完成时间", "Closes"),
    column("severity", "string", "漏检的严重程度", "Severity if missed"),
    column("area", "uuid", "区域标识", "Area id"),
    column("people", "integer", "指定人数", "People named"),
    column("team", "string", "班组", "Team"),
    column("post", "string", "岗位", "Post"),
    column("begun", "datetime", "开始时间", "Begun"),
    column("ended", "datetime", "结束时间", "Ended"),
    column("offset_minutes", "integer", "与应开始时间之差", "From due to begun", unit="min"),
    column("over_minutes", "integer", "超时", "Over the close", unit="min"),
    column("duration_minutes", "integer", "用时", "Duration", unit="min"),
    column("late_receipt", "boolean", "按时完成、迟到上传", "On time, received late"),
    column("too_early", "boolean", "过早开始", "Begun too early"),
    *SIGNED,
)  # fmt: skip


def _round(taken: Taken, body: RoundBody, _context: Context) -> Iterator[Cells]:
    named = body.assigned or {"people": body.people, "team": body.team, "post": body.post}
    yield (
        taken.change, taken.position, id_text(taken.subject), id_text(taken.feed), body.plan,
        body.title or None, taken.state, body.due, body.opens, body.closes, body.severity,
        body.area, len(named.get("people") or ()), named.get("team") or None,
        named.get("post") or None, body.begun, body.ended, body.offset_minutes, body.over_minutes,
        body.duration_minutes, bool(body.late_receipt), bool(body.too_early), *signed(taken, body),
    )  # fmt: skip


SOURCES = (Source(ROUNDS, "round", Reader(RoundBody), _round),)
