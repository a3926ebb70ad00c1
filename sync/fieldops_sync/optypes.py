"""The op types: for each its payload, the kind of its subject, and who may send it."""

from typing import Literal

from msgspec import Struct

from fieldops_sync.alarmpayloads import AlarmClear, AlarmRaise
from fieldops_sync.calendarpayloads import CalendarSet
from fieldops_sync.checklistpayloads import ChecklistPublish, ChecklistWithdraw, OverrideSet
from fieldops_sync.complaintpayloads import (
    ComplaintEscalate,
    ComplaintHandle,
    ComplaintRemind,
    ComplaintSchedule,
    ConsentSet,
)
from fieldops_sync.endpointpayloads import EndpointSet
from fieldops_sync.findingpayloads import (
    AppealDecide,
    FindingAppeal,
    FindingAssign,
    FindingEscalate,
    FindingLink,
    FindingPause,
    FindingRelieve,
    FindingReport,
    FindingResume,
    FindingSchedule,
    RecheckRecord,
    RectificationReport,
)
from fieldops_sync.payloads import (
    AreaSet,
    ConflictResolve,
    FeedbackRecord,
    FindingNote,
    FindingRaise,
    FindingWithdraw,
    InspectionHandover,
    InspectionReopen,
    InspectionScore,
    InspectionSeal,
    InspectionStart,
    InspectionSubmit,
    MediaDamaged,
    MediaRemoved,
    MediaStored,
    Payload,
    PersonSet,
    PhotoAttach,
    PhotoNote,
    PhotoWaive,
    RecordVoid,
    RegisterSet,
    ResultRecord,
    ReviewDecide,
    SiteSet,
    SuggestionMake,
)
from fieldops_sync.policypayloads import PolicySet
from fieldops_sync.roundpayloads import (
    InspectionMark,
    PlanExtend,
    PlanSet,
    QualificationSet,
    RoundAssign,
    RoundHandover,
    RoundPlan,
    RoundSettle,
    RoundWithdraw,
)
from fieldops_sync.taskpayloads import TaskDone, TaskDrop, TaskOpen

Origin = Literal["device", "desk", "server"]
"""Who writes an op: a tablet, a person at a desk, or one of the server's own actors."""


class OpType(Struct, frozen=True):
    """How one op type is admitted: payload, the kinds its subject may have, allowed origins."""

    name: str
    payload: type[Payload]
    kinds: frozenset[str]
    origins: frozenset[Origin]


ANY: frozenset[str] = frozenset({"inspection", "result", "photo", "feedback", "note", "suggestion"})
"""The kinds that people record, hence may void, and resolve conflicts of."""


def _op(name: str, payload: type[Payload], kinds: str | frozenset[str], *origins: Origin) -> OpType:
    kind_set = frozenset({kinds}) if isinstance(kinds, str) else kinds
    return OpType(name, payload, kind_set, frozenset(origins))


OP_TYPES: dict[str, OpType] = {
    op.name: op
    for op in (
        _op("inspection.start@1", InspectionStart, "inspection", "device", "desk"),
        _op("inspection.submit@1", InspectionSubmit, "inspection", "device", "desk"),
        _op("inspection.handover@1", InspectionHandover, "inspection", "device", "desk"),
        _op("inspection.seal@1", InspectionSeal, "inspection", "desk", "server"),
        _op("inspection.reopen@1", InspectionReopen, "inspection", "desk"),
        _op("inspection.score@1", InspectionScore, "inspection", "server"),
        _op("result.record@1", ResultRecord, "result", "device", "desk"),
        _op("photo.attach@1", PhotoAttach, "photo", "device", "desk"),
        _op("photo.waive@1", PhotoWaive, "photo", "desk"),
        _op("media.stored@1", MediaStored, "photo", "server"),
        _op("media.damaged@1", MediaDamaged, "photo", "server"),
        _op("media.removed@1", MediaRemoved, "photo", "server"),
        _op("photo.note@1", PhotoNote, "photo", "server"),
        _op("feedback.record@1", FeedbackRecord, "feedback", "device", "desk", "server"),
        _op("complaint.handle@1", ComplaintHandle, "feedback", "device", "desk"),
        _op("complaint.schedule@1", ComplaintSchedule, "feedback", "server"),
        _op("complaint.remind@1", ComplaintRemind, "feedback", "server"),
        _op("complaint.escalate@1", ComplaintEscalate, "feedback", "server"),
        _op("consent.set@1", ConsentSet, "consent", "desk"),
        _op("finding.note@1", FindingNote, "note", "device", "desk"),
        _op("suggestion.make@1", SuggestionMake, "suggestion", "device", "desk"),
        _op("record.void@1", RecordVoid, ANY | {"finding"}, "device", "desk"),
        _op("conflict.resolve@1", ConflictResolve, ANY, "device", "desk"),
        _op("finding.raise@1", FindingRaise, "finding", "server"),
        _op("finding.withdraw@1", FindingWithdraw, "finding", "server"),
        _op("finding.report@1", FindingReport, "finding", "device", "desk"),
        _op("finding.assign@1", FindingAssign, "finding", "desk"),
        _op("rectification.report@1", RectificationReport, "finding", "device", "desk"),
        _op("recheck.record@1", RecheckRecord, "finding", "device", "desk"),
        _op("finding.appeal@1", FindingAppeal, "finding", "device", "desk"),
        _op("appeal.decide@1", AppealDecide, "finding", "desk"),
        _op("finding.pause@1", FindingPause, "finding", "desk"),
        _op("finding.resume@1", FindingResume, "finding", "desk"),
        _op("finding.schedule@1", FindingSchedule, "finding", "server"),
        _op("finding.escalate@1", FindingEscalate, "finding", "server"),
        _op("finding.relieve@1", FindingRelieve, "finding", "server"),
        _op("finding.link@1", FindingLink, "finding", "server"),
        _op("task.open@1", TaskOpen, "task", "server"),
        _op("task.done@1", TaskDone, "task", "server"),
        _op("task.drop@1", TaskDrop, "task", "server"),
        _op(
            "review.decide@1",
            ReviewDecide,
            frozenset({"inspection", "result", "photo"}),
            "desk",
        ),
        _op("site.set@1", SiteSet, "site", "desk"),
        _op("area.set@1", AreaSet, "area", "desk"),
        _op("register.set@1", RegisterSet, "register", "desk"),
        _op("calendar.set@1", CalendarSet, "calendar", "desk"),
        _op("person.set@1", PersonSet, "person", "desk"),
        _op("checklist.publish@1", ChecklistPublish, "checklist", "desk"),
        _op("checklist.withdraw@1", ChecklistWithdraw, "checklist", "desk"),
        _op("override.set@1", OverrideSet, "override", "desk"),
        _op("plan.set@1", PlanSet, "plan", "desk"),
        _op("plan.extend@1", PlanExtend, "plan", "server"),
        _op("round.plan@1", RoundPlan, "round", "server"),
        _op("round.withdraw@1", RoundWithdraw, "round", "desk", "server"),
        _op("round.settle@1", RoundSettle, "round", "server"),
        _op("round.assign@1", RoundAssign, "round", "desk"),
        _op("round.handover@1", RoundHandover, "round", "device", "desk"),
        _op("inspection.mark@1", InspectionMark, "inspection", "server"),
        _op("qualification.set@1", QualificationSet, "qualification", "desk"),
        _op("policy.set@1", PolicySet, "policy", "desk"),
        _op("endpoint.set@1", EndpointSet, "endpoint", "desk"),
        _op("alarm.raise@1", AlarmRaise, "alarm", "server"),
        _op("alarm.clear@1", AlarmClear, "alarm", "server"),
    )
}
"""Every op type this version knows, by name."""
