/** The words of conflicts: members of records, and what a value may be. */

import { texts } from "../../core/language";
import { word } from "../../core/words";

export const text = texts({
  "zh-CN": {
    conflicts: "冲突", intro: "两人各自修改了同一内容。在裁定之前，标有“当前生效”的值有效。", none: "没有待裁定的冲突", gone: "这一处已由他人裁定，或排在更后面；请从列表中选择", list: "待裁定的冲突", waiting: "{n} 项待裁定",
    site: "项目", kind: "类别", stands: "当前生效", against: "另一个值", before: "双方修改前的值", nothing: "（空）", wrote: "填写", revision: "版本 {n}",
    onBase: "在版本 {base} 上修改，成为版本 {n}", onNone: "首次填写，成为版本 {n}", heard: "服务器收到 {at}", other: "另填一个值", otherValue: "新的值", note: "裁定说明",
    decide: "裁定", choose: "请先为每一项选择一个值", done: "已裁定：{what}", changed: "这条记录刚刚有变化；已载入最新内容，请重新核对", onlyLook: "您可以查看，由巡检员或主管裁定",
    walk: "打开巡检", toFinding: "打开问题", toComplaint: "打开投诉", server: "系统", clockError: "时间误差不超过 {s} 秒", yes: "是", no: "否",
    k_next: "下一项冲突", k_previous: "上一项冲突", k_pick: "选择第几个值", k_decide: "裁定",
    m_value: "检查值", m_outcome: "判定", m_note: "备注", m_text: "内容", m_caption: "照片说明", m_tier: "投诉级别", m_nature: "反馈性质", m_item: "检查项", m_area: "区域", m_name: "名称", m_severity: "严重程度",
    m_photos: "照片", m_contact: "联系方式", m_ratings: "评分", m_repeat: "重复组", m_role: "照片用途", m_parent: "上级区域", m_owner: "责任人", m_deadline: "期限", m_consent: "同意方式", m_title: "标题",
    v_pass: "合格", v_fail: "不合格", v_na: "不适用", v_voided: "作废", v_rating: "评价", v_praise: "表扬", v_suggestion: "建议", v_complaint: "投诉",
  },
  en: {
    conflicts: "Conflicts", intro: "Two people changed the same thing without knowing of each other. What is marked “stands” counts until somebody decides.", none: "No conflict waits", list: "Conflicts that wait", gone: "This one has been decided meanwhile, or stands further down; choose one from the list", waiting: "{n} to decide",
    site: "Site", kind: "Kind", stands: "Stands now", against: "The other", before: "What both had before them", nothing: "(empty)", wrote: "wrote", revision: "revision {n}",
    onBase: "Made on revision {base}, became revision {n}", onNone: "Made on nothing, became revision {n}", heard: "Server heard of it {at}", other: "Another value", otherValue: "The value", note: "Why",
    decide: "Decide", choose: "Choose a value for each first", done: "Decided: {what}", changed: "This record has just changed; the newest is shown now: look again", onlyLook: "You may look; an inspector or a supervisor decides",
    walk: "Open the walk", toFinding: "Open the finding", toComplaint: "Open the complaint", server: "The server", clockError: "right to {s} s", yes: "yes", no: "no",
    k_next: "Next conflict", k_previous: "Previous conflict", k_pick: "Choose that value", k_decide: "Decide",
    m_value: "Value", m_outcome: "Outcome", m_note: "Note", m_text: "Text", m_caption: "Caption", m_tier: "Tier", m_nature: "Nature", m_item: "Item", m_area: "Area", m_name: "Name", m_severity: "Severity",
    m_photos: "Photos", m_contact: "Contact", m_ratings: "Ratings", m_repeat: "Repeat", m_role: "What the photo is for", m_parent: "Belongs to", m_owner: "Owner", m_deadline: "Deadline", m_consent: "Consent", m_title: "Title",
    v_pass: "Pass", v_fail: "Fail", v_na: "Not applicable", v_voided: "Voided", v_rating: "Rating", v_praise: "Praise", v_suggestion: "Suggestion", v_complaint: "Complaint",
  },
});

type Key = Parameters<typeof text>[0];
export const KINDS = ["result", "photo", "inspection", "feedback", "finding", "note", "suggestion", "area", "override"] as const;
const MEMBERS = [
  "value", "outcome", "note", "text", "caption", "tier", "nature", "item", "area", "name", "severity", "photos", "contact", "ratings",
  "repeat", "role", "parent", "owner", "deadline", "consent", "title",
];
const WORDED: Record<string, string[]> = {
  outcome: ["pass", "fail", "na", "voided"],
  nature: ["rating", "praise", "suggestion", "complaint"],
};

export function kindWord(kind: string): string {
  return word("kind", kind);
}

export function memberWord(name: string): string {
  return MEMBERS.includes(name) ? text(`m_${name}` as Key) : name;
}

/** A value as people read it: words of the domain, several in a row, what has parts line by line. */
export function valueWord(member: string, value: unknown): string {
  if (value === null || value === undefined || value === "") return text("nothing");
  if (typeof value === "boolean") return text(value ? "yes" : "no");
  if (member === "tier") return word("tier", String(value));
  if (WORDED[member]?.includes(String(value))) return text(`v_${String(value)}` as Key);
  if (Array.isArray(value)) return value.map((one) => valueWord(member, one)).join(", ") || text("nothing");
  return typeof value === "object" ? JSON.stringify(value, null, 1).replace(/[{}"]/g, "").trim() : String(value);
}

/** Whether another value than those of the sides may be written by hand. */
export function isWritten(member: string, values: unknown[]): boolean {
  return member !== "tier" && !WORDED[member] && values.every((one) => typeof one === "string");
}
