"""Findings, and every step of their lives."""

from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import Struct

from fieldops.export.bodies import FindingBody, Reader
from fieldops.export.context import Context
from fieldops.export.source import (
    SIGNED,
    Cells,
    Source,
    column,
    dataset,
    person,
    signed,
)
from fieldops.export.text import claimed_text, id_text, instant_text
from fieldops.export.walk import Step, Taken

FINDINGS = dataset(
    "findings", "问题", "Findings",
    column("id", "uuid", "问题标识", "Finding id"),
    column("site", "uuid", "项目标识", "Site id"),
    column("state", "string", "状态", "State"),
    column("severity", "string", "严重程度", "Severity"),
    column("inspection", "uuid", "巡检标识", "Inspection id"),
    column("result", "uuid", "结果标识", "Result id"),
    column("feedback", "uuid", "反馈标识", "Feedback id"),
    column("item", "string", "检查项", "Item", free=True),
    column("repeat", "string", "重复对象", "Repeat", free=True),
    column("area", "uuid", "区域标识", "Area id"),
    column("rule", "string", "规则", "Rule"),
    column("plugin", "string", "插件", "Plugin"),
    column("plugin_version", "string", "插件版本", "Plugin version"),
    column("title_zh", "string", "标题（中文）", "Title (Chinese)", free=True),
    column("title_en", "string", "标题（英文）", "Title (English)", free=True),
    column("text", "string", "描述", "What was seen", free=True),
    person("owner", "责任人", "Owner"),
    column("team", "string", "责任班组", "Team"),
    column("deadline", "datetime", "整改期限", "Deadline"),
    column("deduction", "integer", "扣分", "Points deducted"),
    column("rectifications", "integer", "整改次数", "Rectifications"),
    column("rechecks", "integer", "复查次数", "Rechecks"),
    column("appeals", "integer", "申诉次数", "Appeals"),
    column("escalations", "integer", "升级次数", "Escalations"),
    column("repeat_of", "uuid", "上次同类问题", "The same place before"),
    column("repeats", "integer", "同处出现次数", "Times found at this place"),
    *SIGNED,
)  # fmt: skip

STEPS = dataset(
    "finding_steps", "问题处理记录", "Steps of findings",
    column("id", "uuid", "步骤标识", "Step id"),
    column("finding", "uuid", "问题标识", "Finding id"),
    column("site", "uuid", "项目标识", "Site id"),
    column("step", "string", "步骤", "Step"),
    column("outcome", "string", "结果", "Outcome"),
    person("owner", "责任人", "Owner"),
    column("team", "string", "责任班组", "Team"),
    column("deadline", "datetime", "期限", "Deadline"),
    column("points", "integer", "扣分", "Points"),
    column("words", "string", "说明", "What was said", free=True),
    *SIGNED,
)  # fmt: skip

REVIEWS = dataset(
    "reviews", "审核", "Reviews",
    column("id", "uuid", "审核标识", "Review id"),
    column("kind", "string", "审核对象类型", "Kind of what is reviewed"),
    column("subject", "uuid", "审核对象标识", "Id of what is reviewed"),
    column("site", "uuid", "项目标识", "Site id"),
    column("verdict", "string", "结论", "Verdict"),
    column("note", "string", "意见", "Note", free=True),
    *SIGNED,
)  # fmt: skip

_DECIDE = "review.decide@1"


def _finding(taken: Taken, body: FindingBody, _context: Context) -> Iterator[Cells]:
    titles = body.titles or {}
    yield (
        taken.change, taken.position, id_text(taken.subject), id_text(taken.feed), taken.state,
        body.severity, body.inspection, body.result, body.feedback, body.item, body.repeat or None,
        body.area, body.rule, body.plugin, body.plugin_version, titles.get("zh-CN") or None,
        titles.get("en") or None, body.text or None, body.owner, body.team or None,
        claimed_text(body.deadline), body.deduction, len(body.rectifications or ()),
        len(body.rechecks or ()), len(body.appeals or ()), len(body.escalations or ()),
        body.repeat_of, body.repeats, *signed(taken, body),
    )  # fmt: skip


class _Wall(Struct):
    wall: str


class _Said(Struct):
    type: str
    actor: str
    at: _Wall
    payload: dict[str, Any]


_said = msgspec.json.Decoder(_Said).decode


def _step(step: Step, _context: Context) -> Iterator[Cells]:
    said = _said(step.raw)
    told = said.payload
    name = said.type.partition("@")[0]
    outcome = told.get("outcome") or told.get("decision") or told.get("step") or told.get("why")
    words = told.get("note") or told.get("reason") or told.get("text")
    yield (
        step.change, step.position, id_text(step.op), id_text(step.subject), id_text(step.feed),
        name, outcome, told.get("owner"), told.get("team") or None,
        claimed_text(told.get("deadline")), told.get("points"), words or None, *_signed(step, said),
    )  # fmt: skip


def _review(step: Step, _context: Context) -> Iterator[Cells]:
    said = _said(step.raw)
    if said.type != _DECIDE:
        return
    yield (
        step.change, step.position, id_text(step.op), step.kind, id_text(step.subject),
        id_text(step.feed), said.payload.get("verdict"), said.payload.get("note") or None,
        *_signed(step, said),
    )  # fmt: skip


def _signed(step: Step, said: _Said) -> Cells:
    return (
        said.actor,
        claimed_text(said.at.wall),
        instant_text(step.occurred_ms),
        instant_text(step.received_ms),
    )


SOURCES = (
    Source(FINDINGS, "finding", Reader(FindingBody), _finding),
    Source(STEPS, "finding", steps=_step),
    *(
        Source(REVIEWS, kind, steps=_review, marker=_DECIDE.encode())
        for kind in ("inspection", "photo", "result")
    ),
)
