"""What residents said, and what became of their complaints.  Whom to reach is never exported."""

from collections.abc import Iterator

from fieldops.export.bodies import FeedbackBody, Reader
from fieldops.export.context import Context
from fieldops.export.source import SIGNED, Cells, Source, column, dataset, person, signed
from fieldops.export.text import id_text
from fieldops.export.walk import Taken
from fieldops.rules.complaintsteps import owner_of

_DIMENSIONS = (
    ("tangibles", "有形", "Tangibles"),
    ("reliability", "可靠", "Reliability"),
    ("responsiveness", "响应", "Responsiveness"),
    ("assurance", "专业", "Assurance"),
    ("empathy", "移情", "Empathy"),
)
"""SERVQUAL, each rated 1 to 5 (domain.md, rule 7)."""

FEEDBACK = dataset(
    "feedback", "住户反馈", "Feedback",
    column("id", "uuid", "反馈标识", "Feedback id"),
    column("site", "uuid", "项目标识", "Site id"),
    column("inspection", "uuid", "巡检标识", "Inspection id"),
    column("area", "uuid", "区域标识", "Area id"),
    column("nature", "string", "性质", "Nature"),
    column("text", "string", "内容", "What was said", free=True),
    *(column(n, "integer", f"{zh}（感知）", f"{en} (perceived)") for n, zh, en in _DIMENSIONS),
    *(
        column(f"{n}_expected", "integer", f"{zh}（期望）", f"{en} (expected)")
        for n, zh, en in _DIMENSIONS
    ),
    column("photos", "integer", "照片数", "Photos"),
    column("reference", "string", "受理号", "Reference"),
    column("consent_version", "string", "同意书版本（SHA-256）", "Consent (SHA-256 of its text)"),
    *SIGNED,
)  # fmt: skip

COMPLAINTS = dataset(
    "complaints", "投诉", "Complaints",
    column("id", "uuid", "反馈标识", "Feedback id"),
    column("site", "uuid", "项目标识", "Site id"),
    column("state", "string", "状态", "State"),
    column("tier", "string", "等级", "Tier"),
    column("tier_by", "string", "定级方式", "Who called it so"),
    column("team", "string", "班组", "Team"),
    person("owner", "首问责任人", "Owner"),
    column("occurred", "datetime", "提出时间", "Said at"),
    column("received", "datetime", "受理时间", "Received at"),
    column("answer_by", "datetime", "应答复时间", "To be answered by"),
    column("answered", "datetime", "答复时间", "Answered at"),
    column("resolve_by", "datetime", "应解决时间", "To be resolved by"),
    column("resolved", "datetime", "解决时间", "Resolved at"),
    column("follow_up_by", "datetime", "应回访时间", "To be followed up by"),
    column("followed_up", "datetime", "回访时间", "Followed up at"),
    column("follow_ups", "integer", "回访次数", "Follow-ups"),
    column("satisfaction", "integer", "对答复的满意度", "Satisfaction with the answer"),
    column("pauses", "integer", "暂停次数", "Pauses"),
    column("reopened", "integer", "重开次数", "Times re-opened"),
    column("cause", "string", "原因", "Cause"),
    column("answer", "string", "答复内容", "The answer", free=True),
    column("resolution", "string", "解决情况", "The resolution", free=True),
    *SIGNED,
)  # fmt: skip


def _feedback(taken: Taken, body: FeedbackBody, _context: Context) -> Iterator[Cells]:
    rated = [(body.ratings or {}).get(name) or {} for name, _, _ in _DIMENSIONS]
    yield (
        taken.change, taken.position, id_text(taken.subject), id_text(taken.feed), body.inspection,
        body.area, body.nature, body.text or None, *(one.get("perceived") for one in rated),
        *(one.get("expected") for one in rated), len(body.photos or ()), body.reference,
        body.consent_version, *signed(taken, body),
    )  # fmt: skip


def _complaint(taken: Taken, body: FeedbackBody, _context: Context) -> Iterator[Cells]:
    """Feedback that has ever had the clock of a complaint."""
    clock = body.clock
    if clock is None:
        return
    owner = owner_of({"owner": body.owner, "by": body.by}) or None
    yield (
        taken.change, taken.position, id_text(taken.subject), id_text(taken.feed), taken.state,
        clock["tier"], clock.get("tier_by"), clock.get("team"), owner, clock.get("occurred"),
        clock.get("received"), clock.get("answer_by"), clock.get("answered"),
        clock.get("resolve_by"), clock.get("resolved"), clock.get("follow_up_by"),
        clock.get("followed_up"), clock.get("follow_ups", 0), clock.get("satisfaction"),
        clock.get("pauses", 0), clock.get("reopened", 0), (body.archive or {}).get("cause"),
        (body.answer or {}).get("note") or None, (body.resolution or {}).get("note") or None,
        *signed(taken, body),
    )  # fmt: skip


SOURCES = (
    Source(FEEDBACK, "feedback", Reader(FeedbackBody), _feedback),
    Source(COMPLAINTS, "feedback", Reader(FeedbackBody), _complaint),
)
