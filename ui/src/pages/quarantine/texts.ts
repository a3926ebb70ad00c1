/** The words of the quarantine: why an op is there, what became of it, what its schema asks. */

import { texts } from "../../core/language";

export const text = texts({
  "zh-CN": {
    quarantine: "隔离区", intro: "平板送来、但无法生效的数据。原始内容原样保留：修正后重放，或说明理由后作废。", none: "隔离区里没有数据", meanwhile: "其间他人已处理此项", list: "被隔离的数据",
    site: "项目", state: "状态", reason: "原因", device: "平板", received: "收到", type: "类型", detail: "说明", raw: "原始内容", noSite: "无项目",
    s_open: "待处理", s_repaired: "已修正", s_replayed: "已重放", s_discarded: "已作废",
    edit: "修正", part: "编辑范围", payload: "内容（payload）", whole: "整条数据", repair: "修正并生效", replay: "原样重放", replayMarked: "重放所选 {n} 条", discard: "作废",
    mark: "选择“{what}”", markAll: "全选", why: "作废理由", discardTitle: "作废这条数据", done: "已处理", replayed: "已重放 {n} 条", replayedSome: "已重放 {n} 条；{m} 条仍无法生效",
    help: "字段要求", name: "字段", must: "必填", kind: "类型与范围", noSchema: "类型未知，没有字段要求", unread: "不是可读的 JSON：请按整条数据重新填写", goTo: "定位到出错处",
    notJson: "不是有效的 JSON：{why}", e_unknown: "没有这个字段", e_missing: "缺少必填字段", e_type: "类型应为 {kind}", e_enum: "只能是：{of}", e_long: "最多 {n} 个字符", e_short: "至少 {n} 个字符",
    e_pattern: "格式不符：{pattern}", e_least: "不能小于 {n}", e_most: "不能大于 {n}", fits: "符合字段要求", problems: "{n} 处不符合", note: "处理说明",
    k_next: "下一条", k_previous: "上一条", k_mark: "选择 / 取消选择", k_replay: "重放当前一条", k_replayMarked: "重放所选", k_edit: "编辑", k_discard: "作废", k_send: "在编辑框中按 Ctrl+Enter 提交修正",
    t_string: "文字", t_number: "数字", t_integer: "整数", t_boolean: "是/否", t_object: "对象", t_array: "列表", t_null: "空", t_any: "任意", or: "或", oneOf: "可选值", upTo: "最多 {n} 字", from: "≥ {n}", to: "≤ {n}", pattern: "格式 {pattern}",
  },
  en: {
    quarantine: "Quarantine", intro: "What tablets sent and what could not take effect. It is kept as it came: mend it, replay it, or discard it with a reason.", none: "Nothing is in quarantine", meanwhile: "Somebody else has settled this one meanwhile", list: "What is in quarantine",
    site: "Site", state: "State", reason: "Reason", device: "Tablet", received: "Received", type: "Type", detail: "What is wrong", raw: "As it came", noSite: "No site",
    s_open: "Open", s_repaired: "Repaired", s_replayed: "Replayed", s_discarded: "Discarded",
    edit: "Mend it", part: "What to edit", payload: "Payload", whole: "The whole op", repair: "Repair and apply", replay: "Replay as it is", replayMarked: "Replay {n} marked", discard: "Discard",
    mark: "Mark “{what}”", markAll: "Mark all", why: "Reason", discardTitle: "Discard this", done: "Done", replayed: "{n} replayed", replayedSome: "{n} replayed; {m} still cannot take effect",
    help: "What it takes", name: "Member", must: "required", kind: "Type and bounds", noSchema: "The type is not known: there is no schema", unread: "It is not JSON that can be read: write the whole op", goTo: "Go to what is wrong",
    notJson: "Not JSON: {why}", e_unknown: "there is no such member", e_missing: "is missing", e_type: "should be {kind}", e_enum: "only one of: {of}", e_long: "{n} characters at most", e_short: "{n} characters at least",
    e_pattern: "does not fit {pattern}", e_least: "not below {n}", e_most: "not above {n}", fits: "It fits the schema", problems: "Does not fit: {n}", note: "What was said",
    k_next: "Next", k_previous: "Previous", k_mark: "Mark or unmark", k_replay: "Replay this one", k_replayMarked: "Replay what is marked", k_edit: "Edit", k_discard: "Discard", k_send: "In the editor: Ctrl+Enter repairs",
    t_string: "text", t_number: "number", t_integer: "whole number", t_boolean: "yes or no", t_object: "object", t_array: "list", t_null: "nothing", t_any: "anything", or: "or", oneOf: "one of", upTo: "up to {n} characters", from: "≥ {n}", to: "≤ {n}", pattern: "like {pattern}",
  },
});

export const STATES = ["open", "repaired", "replayed", "discarded"] as const;

const REASONS = texts({
  "zh-CN": {
    schema: "内容不符合要求", "unknown-type": "类型未知", "unknown-definition": "检查表版本未知", "not-permitted": "没有权限", "out-of-scope": "不在授权范围内", transition: "当前状态不允许",
    "voided-subject": "记录已作废", "id-reused": "编号重复使用", "needs-cycle": "相互等待", oversize: "数据过大", "device-revoked": "平板已停用",
  },
  en: {
    schema: "Does not fit the schema", "unknown-type": "Unknown type", "unknown-definition": "Unknown checklist version", "not-permitted": "Not permitted", "out-of-scope": "Out of scope", transition: "Not possible in its state",
    "voided-subject": "The record was voided", "id-reused": "Id used twice", "needs-cycle": "They wait for each other", oversize: "Too large", "device-revoked": "The tablet was revoked",
  },
});
const KNOWN = [
  "schema", "unknown-type", "unknown-definition", "not-permitted", "out-of-scope", "transition", "voided-subject", "id-reused", "needs-cycle", "oversize", "device-revoked",
] as const;
export { KNOWN as REASON_KEYS };

export function reasonWord(reason: string): string {
  const known = KNOWN.find((one) => one === reason);
  return known ? REASONS(known) : reason;
}
