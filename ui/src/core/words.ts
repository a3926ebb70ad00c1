/** What the words of the records are called: roles, states, severities, domains. The same as in the reports. */

import { texts } from "./language";

const known = {
  "zh-CN": {
    "role.inspector": "巡检员", "role.supervisor": "主管", "role.ops": "运营", "role.auditor": "审计",
    "role.exporter": "数据导出", "role.administrator": "管理员",
    "level.1": "L1 运营数据", "level.2": "L2 客户与交易", "level.3": "L3 合同与身份",
    "severity.minor": "一般", "severity.major": "较重", "severity.critical": "严重",
    "tier.general": "一般", "tier.larger": "较大", "tier.major": "重大",
    "state.stub": "待同步", "state.draft": "进行中", "state.submitted": "已提交", "state.sealed": "已封存",
    "state.approved": "已通过", "state.returned": "已退回", "state.retake": "待补拍", "state.open": "待指派",
    "state.assigned": "已指派", "state.rectified": "待复查", "state.again": "二次整改", "state.closed": "已关闭",
    "state.deducted": "扣分关闭", "state.contested": "申诉中（扣分）", "state.appealed": "申诉中",
    "state.paused": "暂停", "state.withdrawn": "已撤销", "state.voided": "已作废", "state.planned": "待巡",
    "state.under-way": "进行中", "state.done": "已完成", "state.done-late": "迟到完成", "state.missed": "漏巡",
    "state.complaint": "待受理", "state.accepted": "已受理", "state.classified": "已分级",
    "state.investigating": "调查中", "state.resolved": "已解决", "state.followed-up": "已回访", "state.archived": "已归档",
    "state.awaiting": "未到达", "state.stored": "已保存", "state.removed": "已清除", "state.waived": "已豁免",
    "domain.cleaning": "保洁环境", "domain.security": "安保秩序", "domain.facilities": "设施设备",
    "domain.confidentiality": "信息保密", "domain.reception": "接待礼仪", "domain.emergency": "应急",
    "domain.training": "培训考核", "domain.records": "档案",
    "kind.inspection": "巡检", "kind.finding": "问题", "kind.feedback": "住户反馈", "kind.round": "计划巡检",
    "kind.result": "检查结果", "kind.photo": "照片", "kind.note": "备注", "kind.suggestion": "建议",
    "kind.area": "区域", "kind.site": "项目", "kind.override": "项目调整",
  },
  en: {
    "role.inspector": "inspector", "role.supervisor": "supervisor", "role.ops": "operations", "role.auditor": "auditor",
    "role.exporter": "exporter", "role.administrator": "administrator",
    "level.1": "L1 operations", "level.2": "L2 customers and transactions", "level.3": "L3 contracts and identity",
    "severity.minor": "minor", "severity.major": "major", "severity.critical": "critical",
    "tier.general": "general", "tier.larger": "larger", "tier.major": "major",
    "state.stub": "not synced yet", "state.draft": "under way", "state.submitted": "submitted", "state.sealed": "sealed",
    "state.approved": "approved", "state.returned": "returned", "state.retake": "retake", "state.open": "open",
    "state.assigned": "assigned", "state.rectified": "to recheck", "state.again": "second rectification", "state.closed": "closed",
    "state.deducted": "closed with deduction", "state.contested": "deduction appealed", "state.appealed": "appealed",
    "state.paused": "paused", "state.withdrawn": "withdrawn", "state.voided": "voided", "state.planned": "planned",
    "state.under-way": "under way", "state.done": "done", "state.done-late": "done late", "state.missed": "missed",
    "state.complaint": "not accepted yet", "state.accepted": "accepted", "state.classified": "classified",
    "state.investigating": "investigating", "state.resolved": "resolved", "state.followed-up": "followed up", "state.archived": "archived",
    "state.awaiting": "not here yet", "state.stored": "stored", "state.removed": "removed", "state.waived": "waived",
    "domain.cleaning": "Cleaning", "domain.security": "Security", "domain.facilities": "Facilities",
    "domain.confidentiality": "Confidentiality", "domain.reception": "Reception", "domain.emergency": "Emergency",
    "domain.training": "Training", "domain.records": "Records",
    "kind.inspection": "inspection", "kind.finding": "finding", "kind.feedback": "feedback", "kind.round": "planned round",
    "kind.result": "result", "kind.photo": "photo", "kind.note": "note", "kind.suggestion": "suggestion",
    "kind.area": "area", "kind.site": "site", "kind.override": "override",
  },
} as const;

type Known = keyof (typeof known)["en"];
type Group = "role" | "level" | "severity" | "tier" | "state" | "domain" | "kind";
const text = texts<Known>(known);

/**
 * What a word of a record is called; one that a plugin brought is said as it is.
 *
 *     word("state", "rectified")  // 待复查
 */
export function word(group: Group, value: string | number | null | undefined): string {
  if (value === null || value === undefined || value === "") return "";
  const key = `${group}.${value}`;
  return key in known.en ? text(key as Known) : String(value);
}

/** Where a word's badge belongs: what presses is red, what waits amber, what is done green. */
export function tone(group: "severity" | "tier" | "state", value: string): "good" | "warn" | "bad" | "accent" | "" {
  if (group === "severity") return value === "critical" ? "bad" : value === "major" ? "warn" : "";
  if (group === "tier") return value === "major" ? "bad" : value === "larger" ? "warn" : "";
  return STATES[value] ?? "";
}

const STATES: Record<string, "good" | "warn" | "bad" | "accent" | ""> = {
  approved: "good", closed: "good", done: "good", archived: "good", resolved: "good", stored: "good",
  open: "warn", complaint: "warn", again: "warn", returned: "warn", retake: "warn", "done-late": "warn",
  missed: "bad", rectified: "accent", sealed: "accent", "under-way": "accent", draft: "accent",
};
