/** The words of complaints: steps, clocks, and what their forms ask. */

import { texts } from "../../core/language";

export const text = texts({
  "zh-CN": {
    complaints: "投诉", complaint: "投诉", none: "没有符合条件的投诉", site: "项目", state: "状态", tier: "级别", owner: "负责人", mine: "我负责的", anybody: "全部", overdueOnly: "仅超期", reopenedOnly: "仅重新打开",
    said: "内容", clock: "最近期限", saidAt: "投诉时间", takeDown: "登记投诉", back: "返回列表", noText: "（无文字内容）", nobody: "无人受理", area: "区域", walk: "巡检", toWalk: "打开巡检",
    whatNow: "下一步", over: "已归档", notYours: "由负责人或主管处理", clocks: "时限", c_answer: "首次答复", c_resolve: "办结", "c_follow-up": "回访", by: "期限 {at}", doneAt: "完成 {at}", inTime: "按时", tooLate: "逾期", overdue: "已超期",
    running: "计时中", stopped: "已暂停计时", notYet: "尚未开始", calendarNote: "首次答复与回访全天计时；办结时限按项目工作日历计时，暂停期间不计。", lateNote: "服务器收到时已过期限，从收到时起算：{what}", window: "{from} 至 {to}",
    handover: "转交中：等待 {to} 接收", handoverNote: "接收之前，首问负责人不变", facts: "信息", team: "处理班组", suggestion: "系统建议级别", followUps: "{n} 次", satisfaction: "对处理的评分", reopened: "{n} 次", cause: "原因",
    story: "经过", x_said: "住户投诉", heard: "服务器收到：{at}", server: "系统", publicForm: "住户（公开表单）", photos: "照片", opened: "打开大图", toFinding: "打开问题",
    contact: "联系方式", noContact: "未留联系方式", contactShut: "联系方式属 L3 数据，您没有查看权限", unmask: "查看联系方式", purpose: "用途", purposeHint: "用途与查看人会写入审计记录", shownOnce: "仅显示这一次，不会保存在本机", hide: "收起", c_name: "姓名", c_phone: "电话", c_unit: "房号",
    do_accept: "受理", do_classify: "定级", do_investigate: "登记调查", do_finding: "转为问题整改", do_answer: "答复住户", do_resolve: "办结", "do_follow-up": "回访", do_archive: "归档", "do_re-open": "重新打开", do_pause: "暂停", do_resume: "恢复",
    "do_hand-over": "转交", "do_accept-hand-over": "接收转交", "do_decline-hand-over": "退回转交",
    x_accept: "受理", x_classify: "定级", x_investigate: "调查", x_answer: "答复住户", x_resolve: "办结", "x_follow-up": "回访", x_archive: "归档", "x_re-open": "重新打开", x_pause: "暂停计时", x_resume: "恢复计时", "x_hand-over": "转交", "x_accept-hand-over": "接收转交", "x_decline-hand-over": "退回转交",
    f_note: "说明", f_answer: "答复内容", f_why: "理由", f_found: "调查情况", f_resolved: "处理结果", f_tier: "级别", f_to: "转交给", f_team: "或转交班组", f_result: "回访结果", f_satisfaction: "对处理的评分（1–5）", f_cause: "原因（如 lighting）", f_text: "问题描述", f_severity: "严重程度", f_template: "答复模板", chooseTemplate: "选择模板…",
    r_satisfied: "满意", r_unsatisfied: "不满意", "r_not-reached": "未联系上", needTo: "请选择人员或填写班组", causeHint: "用于统计分析的简短原因", saved: "已保存", taken: "已登记",
    changed: "这条投诉刚刚有变化；已载入最新内容，请核对后再提交", f_site: "项目", f_said: "住户说了什么", f_name: "住户姓名", f_phone: "住户电话", f_unit: "房号", f_consent: "同意方式", consentHint: "留有联系方式时填写，例如：电话中口头同意", noTier: "由系统建议",
    k_next: "下一条", k_previous: "上一条", k_open: "打开", k_overdue: "仅看超期", k_new: "登记投诉", k_back: "返回列表",
  },
  en: {
    complaints: "Complaints", complaint: "Complaint", none: "No complaint fits", site: "Site", state: "State", tier: "Tier", owner: "Owner", mine: "Mine", anybody: "Anybody", overdueOnly: "Overdue only", reopenedOnly: "Re-opened only",
    said: "What was said", clock: "Next deadline", saidAt: "Said", takeDown: "Take down a complaint", back: "Back to the list", noText: "(no text)", nobody: "Nobody yet", area: "Area", walk: "Walk", toWalk: "Open the walk",
    whatNow: "What to do now", over: "It is archived", notYours: "Its owner or a supervisor goes on", clocks: "Clocks", c_answer: "First answer", c_resolve: "Resolution", "c_follow-up": "Follow-up", by: "by {at}", doneAt: "done {at}", inTime: "in time", tooLate: "late", overdue: "overdue",
    running: "running", stopped: "stopped", notYet: "not begun", calendarNote: "First answer and follow-up run day and night; the time to resolve runs on the site's calendar, and not while it is paused.", lateNote: "Its deadline had passed before the server heard of it; it runs from then: {what}", window: "{from} to {to}",
    handover: "Handed over: waits for {to} to accept", handoverNote: "Until then it stays with its first contact", facts: "Facts", team: "Team", suggestion: "The rules say", followUps: "{n} so far", satisfaction: "Rating of the answer", reopened: "{n} times", cause: "Cause",
    story: "What happened", x_said: "The resident complains", heard: "The server heard of it: {at}", server: "The server", publicForm: "The resident (public form)", photos: "Photos", opened: "Open it large", toFinding: "Open the finding",
    contact: "Contact", noContact: "No contact was left", contactShut: "A contact is level 3: you may not see it", unmask: "Show the contact", purpose: "What for", purposeHint: "The purpose and your name go to the audit", shownOnce: "Shown this once, kept nowhere", hide: "Hide", c_name: "Name", c_phone: "Phone", c_unit: "Unit",
    do_accept: "Accept", do_classify: "Classify", do_investigate: "Investigate", do_finding: "Raise a finding", do_answer: "Answer", do_resolve: "Resolve", "do_follow-up": "Follow up", do_archive: "Archive", "do_re-open": "Re-open", do_pause: "Pause", do_resume: "Resume",
    "do_hand-over": "Hand over", "do_accept-hand-over": "Accept the hand-over", "do_decline-hand-over": "Decline the hand-over",
    x_accept: "Accepted", x_classify: "Classified", x_investigate: "Investigated", x_answer: "Answered", x_resolve: "Resolved", "x_follow-up": "Followed up", x_archive: "Archived", "x_re-open": "Re-opened", x_pause: "Clock paused", x_resume: "Clock resumed", "x_hand-over": "Handed over", "x_accept-hand-over": "Hand-over accepted", "x_decline-hand-over": "Hand-over declined",
    f_note: "Note", f_answer: "What the resident is told", f_why: "Reason", f_found: "What was found", f_resolved: "What was done", f_tier: "Tier", f_to: "To", f_team: "Or to a team", f_result: "Result", f_satisfaction: "Rating of the answer (1–5)", f_cause: "Cause (as lighting)", f_text: "What is wrong", f_severity: "Severity", f_template: "Answer template", chooseTemplate: "Choose a template…",
    r_satisfied: "Satisfied", r_unsatisfied: "Not satisfied", "r_not-reached": "Not reached", needTo: "Choose a person or name a team", causeHint: "A short word that is counted", saved: "Saved", taken: "Taken down",
    changed: "This complaint has just changed; the newest is shown now: look, then send again", f_site: "Site", f_said: "What the resident says", f_name: "Resident's name", f_phone: "Resident's phone", f_unit: "Unit", f_consent: "Consent", consentHint: "Where a contact was left: as “by phone”", noTier: "As the rules say",
    k_next: "Next", k_previous: "Previous", k_open: "Open", k_overdue: "Overdue only", k_new: "Take down a complaint", k_back: "Back to the list",
  },
});

export const STAGES = ["complaint", "accepted", "classified", "investigating", "resolved", "followed-up", "archived", "paused"] as const;
export const TIERS = ["general", "larger", "major"] as const;
