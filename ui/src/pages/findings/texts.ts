/** The words of findings: steps, and what their forms ask. */

import { texts } from "../../core/language";
import { word } from "../../core/words";

export const text = texts({
  "zh-CN": {
    findings: "问题整改", finding: "问题", board: "看板", list: "列表", view: "显示方式", state: "状态", severity: "严重程度",
    owner: "责任人", mine: "我负责的", anybody: "全部", overdueOnly: "仅超期", deadline: "期限", overdue: "超期", site: "项目",
    noDeadline: "未定期限", nobody: "未指派", about: "事项", repeats: "30 天内第 {n} 次", nothing: "没有符合条件的问题", columnEmpty: "无",
    columnMore: "还有更多：看列表", raised: "提出", walk: "巡检", toWalk: "打开巡检", toFinding: "打开问题",
    toComplaint: "打开投诉", back: "返回看板", evidence: "现场照片", before: "整改前", after: "整改后", pairs: "整改前后对比", noPhoto: "未附照片",
    noEvidence: "没有现场照片", story: "经过", notes: "备注", noNotes: "还没有备注", whatNow: "下一步", nothingNow: "流程已结束，无需处理",
    notYours: "当前步骤由其他人员处理", inTime: "按期", tooLate: "逾期完成", lateReceipt: "现场按期完成，离线后补传", heard: "服务器收到：{at}",
    points: "扣 {n} 分", prior: "上一次", byServer: "系统", measured: "实测值", second: "第 {n} 次整改", opened: "打开大图",
    stopped: "暂停与申诉",
    do_assign: "指派", do_reassign: "改派", do_rectify: "登记整改", do_recheck: "复查", do_deduct: "扣分关闭", do_appeal: "申诉", do_decide: "裁定申诉",
    do_pause: "暂停", do_resume: "恢复", do_note: "备注", do_void: "作废",
    f_owner: "责任人", f_team: "班组", f_deadline: "期限", f_note: "说明", f_outcome: "复查结果", f_points: "扣分（1–100）", f_reason: "理由", f_decision: "裁定",
    f_text: "内容", o_closed: "通过，关闭问题", o_again: "未通过，二次整改", o_deducted: "未通过，扣分关闭", d_upheld: "申诉成立", d_dismissed: "申诉不成立",
    h_owner: "责任人与班组至少填一项", h_deadline: "留空则按严重程度自动设定", said: "已保存", needOwner: "请选择责任人或填写班组",
    changed: "这条问题刚刚有变化；已载入最新内容，请核对后再提交",
    x_raise: "提出问题", x_report: "人工提出", x_withdraw: "规则撤销", x_schedule: "设定期限", x_escalate: "超期升级", x_relieve: "撤销升级：现场已按期完成",
    x_link: "标记为重复问题", x_assign: "指派", x_rectify: "完成整改", x_recheck: "复查", x_appeal: "提出申诉", x_decide: "裁定申诉", x_pause: "暂停计时", x_resume: "恢复计时",
    x_void: "作废", esc_team: "通知班组", esc_supervisor: "通知主管", esc_office: "通知总部",
    k_next: "下一条", k_previous: "上一条", k_left: "左侧一列", k_right: "右侧一列", k_open: "打开", k_view: "看板 / 列表", k_overdue: "仅看超期", k_back: "返回看板",
  },
  en: {
    findings: "Findings", finding: "Finding", board: "Board", list: "List", view: "View", state: "State", severity: "Severity",
    owner: "Owner", mine: "Mine", anybody: "Anybody", overdueOnly: "Overdue only", deadline: "Deadline", overdue: "Overdue", site: "Site",
    noDeadline: "No deadline", nobody: "Not assigned", about: "What", repeats: "{n} times in 30 days", nothing: "No finding fits", columnEmpty: "None",
    columnMore: "There are more: see the list", raised: "Raised", walk: "Walk", toWalk: "Open the walk", toFinding: "Open the finding",
    toComplaint: "Open the complaint", back: "Back to the board", evidence: "Photos from the site", before: "Before", after: "After", pairs: "Before and after", noPhoto: "No photo",
    noEvidence: "No photos from the site", story: "What happened", notes: "Notes", noNotes: "No notes yet", whatNow: "What to do now", nothingNow: "It is over: nothing is to be done",
    notYours: "The next step is somebody else's", inTime: "in time", tooLate: "late", lateReceipt: "done in time, sent later", heard: "The server heard of it: {at}",
    points: "{n} points deducted", prior: "The last time", byServer: "The server", measured: "Measured", second: "Rectification {n}", opened: "Open it large",
    stopped: "Paused & appeals",
    do_assign: "Assign", do_reassign: "Assign anew", do_rectify: "Report it rectified", do_recheck: "Recheck", do_deduct: "Close with deduction", do_appeal: "Appeal", do_decide: "Decide on the appeal",
    do_pause: "Pause", do_resume: "Resume", do_note: "Add a note", do_void: "Void",
    f_owner: "Owner", f_team: "Team", f_deadline: "Deadline", f_note: "Note", f_outcome: "Outcome", f_points: "Points (1–100)", f_reason: "Reason", f_decision: "Decision",
    f_text: "Text", o_closed: "Put right: close it", o_again: "Not put right: second rectification", o_deducted: "Not put right: close with deduction", d_upheld: "Upheld", d_dismissed: "Dismissed",
    h_owner: "An owner, a team, or both", h_deadline: "Empty: set by severity", said: "Saved", needOwner: "Choose an owner or name a team",
    changed: "This finding has just changed; the newest is shown now: look, then send again",
    x_raise: "Raised", x_report: "Reported by hand", x_withdraw: "Withdrawn by its rule", x_schedule: "Deadline set", x_escalate: "Overdue: escalated", x_relieve: "Escalation lifted: it was done in time",
    x_link: "Found to be a repeat", x_assign: "Assigned", x_rectify: "Rectified", x_recheck: "Rechecked", x_appeal: "Appealed", x_decide: "Appeal decided", x_pause: "Clock paused", x_resume: "Clock resumed",
    x_void: "Voided", esc_team: "team told", esc_supervisor: "supervisor told", esc_office: "head office told",
    k_next: "Next", k_previous: "Previous", k_left: "Column to the left", k_right: "Column to the right", k_open: "Open", k_view: "Board or list", k_overdue: "Overdue only", k_back: "Back to the board",
  },
});

export type FindingState =
  | "open" | "assigned" | "rectified" | "again" | "closed" | "deducted" | "paused" | "appealed" | "contested" | "withdrawn" | "voided";
export type Severity = "minor" | "major" | "critical";
export const STATES: FindingState[] = [
  "open", "assigned", "again", "rectified", "paused", "appealed", "contested", "closed", "deducted", "withdrawn", "voided",
];
export const SEVERITIES: Severity[] = ["critical", "major", "minor"];

export function stateWord(state: string): string {
  return word("state", state);
}

export function severityWord(severity: string): string {
  return word("severity", severity);
}
