"""What the words of records are called: their kinds, where they stand, steps, roles.

On the wire, in tables and in English a record is called by its word; the Chinese stands here, the
same as in the console (``ui/src/core/words.ts``) and in the reports.
"""

from collections.abc import Iterable, Mapping

from fieldops.model.answertypes import Titles

STATES: Mapping[str, Titles] = {
    "submitted": {"zh-CN": "已提交", "en": "submitted"},
    "sealed": {"zh-CN": "已封存", "en": "sealed"},
    "approved": {"zh-CN": "已通过", "en": "approved"},
    "returned": {"zh-CN": "已退回", "en": "returned"},
    "stub": {"zh-CN": "待同步", "en": "not synced yet"},
    "draft": {"zh-CN": "进行中", "en": "under way"},
    "retake": {"zh-CN": "待补拍", "en": "retake"},
    "voided": {"zh-CN": "已作废", "en": "voided"},
    "open": {"zh-CN": "待指派", "en": "open"},
    "assigned": {"zh-CN": "已指派", "en": "assigned"},
    "rectified": {"zh-CN": "待复查", "en": "rectified"},
    "again": {"zh-CN": "二次整改", "en": "second rectification"},
    "closed": {"zh-CN": "已关闭", "en": "closed"},
    "deducted": {"zh-CN": "扣分关闭", "en": "closed with deduction"},
    "contested": {"zh-CN": "申诉中（扣分）", "en": "deduction appealed"},
    "appealed": {"zh-CN": "申诉中", "en": "appealed"},
    "paused": {"zh-CN": "暂停", "en": "paused"},
    "withdrawn": {"zh-CN": "已撤销", "en": "withdrawn"},
    "planned": {"zh-CN": "待巡", "en": "planned"},
    "under-way": {"zh-CN": "进行中", "en": "under way"},
    "done": {"zh-CN": "已完成", "en": "done"},
    "done-late": {"zh-CN": "迟到完成", "en": "done late"},
    "missed": {"zh-CN": "漏巡", "en": "missed"},
    "complaint": {"zh-CN": "待受理", "en": "not accepted yet"},
    "accepted": {"zh-CN": "已受理", "en": "accepted"},
    "classified": {"zh-CN": "已分级", "en": "classified"},
    "investigating": {"zh-CN": "调查中", "en": "investigating"},
    "resolved": {"zh-CN": "已解决", "en": "resolved"},
    "followed-up": {"zh-CN": "已回访", "en": "followed up"},
    "archived": {"zh-CN": "已归档", "en": "archived"},
    "rating": {"zh-CN": "评价", "en": "rating"},
    "praise": {"zh-CN": "表扬", "en": "praise"},
    "suggestion": {"zh-CN": "建议", "en": "suggestion"},
}
"""Where a record stands, in both languages."""
_KINDS = {
    "inspection": "巡检",
    "result": "检查结果",
    "photo": "照片",
    "feedback": "住户反馈",
    "finding": "问题",
    "round": "计划巡检",
    "note": "备注",
    "suggestion": "建议",
    "area": "区域",
    "site": "项目",
    "override": "项目调整",
    "task": "待办",
}
_ROLES = {
    "inspector": "巡检员",
    "supervisor": "主管",
    "ops": "运营",
    "auditor": "审计",
    "exporter": "数据导出",
    "administrator": "管理员",
}
_STEPS = {
    "raise": "提出",
    "report": "提出",
    "withdraw": "撤销",
    "schedule": "设定期限",
    "escalate": "升级",
    "relieve": "撤销升级",
    "link": "关联",
    "assign": "指派",
    "rectify": "整改",
    "close": "关闭",
    "again": "二次整改",
    "deduct": "扣分关闭",
    "appeal": "申诉",
    "uphold": "认可申诉",
    "dismiss": "驳回申诉",
    "pause": "暂停",
    "resume": "恢复",
    "void": "作废",
    "accept": "受理",
    "classify": "定级",
    "investigate": "调查",
    "answer": "答复",
    "resolve": "办结",
    "follow-up": "回访",
    "re-open": "重新打开",
    "archive": "归档",
    "hand-over": "转交",
    "accept-hand-over": "接收转交",
    "decline-hand-over": "退回转交",
    "handover": "交接",
    "seal": "封存",
    "reopen": "重新开放",
    "review": "审核",
    "settle": "裁定冲突",
    "decide": "裁定封存或审核结论",
    "planned": "待巡",
    "under-way": "开始",
    "done": "完成",
    "done-late": "迟到完成",
    "missed": "漏巡",
    "open": "登记",
    "drop": "取消",
}


def kind_zh(kind: str) -> str:
    """A kind of record in Chinese; what is not known is called by its word."""
    return _KINDS.get(kind, kind)


def state_zh(state: str) -> str:
    """Where a record stands, in Chinese."""
    return STATES[state]["zh-CN"] if state in STATES else state


def steps_zh(steps: Iterable[str]) -> str:
    """Steps in Chinese."""
    return "、".join(_STEPS.get(one, one) for one in steps)


def roles_zh(roles: Iterable[str]) -> str:
    """Roles in Chinese, one of which is enough."""
    return "或".join(_ROLES.get(one, one) for one in roles)
