/** What the pages of checklists say. */

import { texts } from "../../core/language";

export const text = texts({
  "zh-CN": {
    heading: "检查表", newOne: "新建检查表", title: "名称", version: "版本", published: "发布", by: "由 {name}", versions: "{n} 个版本", none: "还没有发布过检查表。插件会带来自己的检查表，也可以新建一个。",
    find: "查找", domain_cleaning: "保洁环境", domain_security: "安保秩序", domain_facilities: "设施设备", domain_confidentiality: "信息保密合规",
    domain_reception: "接待礼仪", domain_emergency: "应急", domain_training: "培训考核", domain_records: "档案",
    current: "现行", superseded: "已被取代", withdrawn: "已撤回", allWithdrawn: "全部版本已撤回",
    tabForm: "巡检员所见", tabVersions: "版本", tabFigures: "统计与建议", tabDraft: "新版本", threshold: "合格线 {n}%", veto: "一票否决", items: "{n} 项",
    both: "同时显示英文", hidden: "显示未出现的检查项", score: "得分", scoreNone: "尚未作答", passes: "合格", failsBelow: "不合格", answered: "已答 {n} / {all}",
    again: "清空答案", tryTold: "像在平板上一样作答：分支、判定和得分立即由服务器按同一规则算出。不会保存。", pass: "合格", fail: "不合格", na: "不适用",
    required: "必填", optional: "选填", critical: "严重", major: "较重", minor: "一般", weight: "权重 {n}", unscored: "不计分", hours: "{n} 小时内整改",
    photosMin: "至少 {n} 张照片", photosFail: "不合格时至少 {n} 张照片", photosOnly: "{min}–{max} 张照片", range: "可填 {min}–{max}", passRange: "合格：{min}–{max}", atLeast: "≥ {n}", atMost: "≤ {n}",
    onlyIf: "仅当", notShown: "此时不出现", addRepeat: "添加一个：{name}", repeatName: "名称", remove: "移除 {name}", noRepeat: "尚未添加“{name}”。", takePhoto: "拍照（平板）", sign: "签名（平板）", locate: "定位（平板）",
    scan: "扫码或输入", staff: "工号或姓名", reading: "读数", previous: "上次读数", workedOut: "自动计算", isNa: "不适用", section: "分区", points: "0–{max} 分", choose: "请选择",
    state: "状态", since: "自 {when}", reason: "原因", withdraw: "撤回", withdrawTitle: "撤回 {version}？", withdrawTold: "此后不能再用它开始新的巡检，永远如此；正在进行的巡检照常用它完成。若有更早的未撤回版本，它重新成为现行版本。",
    withdrawReason: "撤回原因（会留在记录中）", withdrawDone: "{version} 已撤回", compare: "比较两个版本", before: "旧版本", after: "新版本", oneVersion: "只有一个版本，没有可比较的。", same: "两个版本内容相同。",
    added: "新增", removed: "删除", changed: "更改", moved: "移动", effects: "影响", looks: "仅文字", asked: "所问内容", answers: "可接受的答案", outcome: "判定", effScore: "得分", verdict: "合格与否",
    fitsSome: "部分旧答案仍适用", fitsNone: "旧答案不再适用", view: "查看",
    period: "期间", days30: "近 30 天", days90: "近 90 天", days365: "近一年", site: "项目", allSites: "所有项目", walks: "巡检 {n} 次（上期 {before} 次）", incomplete: "巡检太多，仅统计了最近的一部分。",
    item: "检查项", answeredCount: "作答", failedCount: "不合格", failedShare: "不合格率", trend: "较上期", notAccepted: "不可接受", naCount: "不适用", suggestions: "一线建议", noFigures: "此期间没有巡检，也没有建议。",
    suggestedBy: "{n} 条，来自 {people} 人", up: "上升 {n} 个百分点", down: "下降 {n} 个百分点", order: "排序", byFailure: "不合格率", bySuggested: "建议数", byOrder: "检查表顺序",
    draftTold: "从现行版本开始。先改版本号；有错处会标在行号旁。发布前先看影响。", draftNewTold: "写一份检查表（TOML），或打开一个文件。错处会标在行号旁。", open: "打开文件…", reset: "从现行版本重新开始", editor: "检查表全文（TOML）",
    noFaults: "没有错误", faults: "{n} 处错误", remarks: "{n} 处提示", line: "第 {n} 行", fault: "错误", remark: "提示", checking: "正在检查…", impact: "看发布影响", publish: "发布 {version}", asInspector: "巡检员将看到",
    impactTitle: "发布 {version} 的影响", outNew: "这是新版本。", outOut: "此内容已经发布过；再次发布不会改变什么。", outTaken: "此版本号已用于其他内容：请提高版本号。", outBefore: "现行版本是 {version}。", outFirst: "此检查表首次发布。",
    tablets: "{n} 台平板还没有此版本，下次同步时得到", tabletHas: "现有 {version}", tabletNone: "没有任何版本", tabletDrafts: "{n} 次巡检进行中", drafts: "{n} 次巡检正在用旧版本进行，会用旧版本完成", noDrafts: "没有正在用旧版本进行的巡检。",
    noTablets: "所有平板都已有此版本。", lost: "若换用新版本会丢失的答案：{n}", nothingLost: "不会丢失任何答案", onTablet: "已答 {n} 项", never: "从未联系", seen: "最近联系 {when}",
    publishTitle: "发布 {name} {version}？", publishTold: "所有平板在下次同步时得到它，新的巡检将用它开始。发布的版本不能更改，只能撤回或用更新的版本取代。", publishDone: "{name} {version} 已发布", published1: "此内容之前已发布", differences: "与 {version} 的差异",
    toDraft: "修改：起草新版本", noOps: "发布需要“所有项目”的运营或管理员权限。", keyTry: "清空答案", keyDraft: "起草新版本", back: "所有检查表", fromShell: "由服务器命令行",
  },
  en: {
    heading: "Checklists", newOne: "New checklist", title: "Title", version: "Version", published: "Published", by: "by {name}", versions: "{n} versions", none: "No checklist was published yet. Plugins bring their own; or write one.",
    find: "Find", domain_cleaning: "Cleaning and environment", domain_security: "Security and order", domain_facilities: "Facilities and equipment", domain_confidentiality: "Confidentiality compliance",
    domain_reception: "Reception and staff conduct", domain_emergency: "Emergency preparedness", domain_training: "Training and competence", domain_records: "Records and archive",
    current: "Current", superseded: "Superseded", withdrawn: "Withdrawn", allWithdrawn: "All versions withdrawn",
    tabForm: "As inspectors see it", tabVersions: "Versions", tabFigures: "Failures & suggestions", tabDraft: "New version", threshold: "Passes at {n} %", veto: "Critical failures veto", items: "{n} items",
    both: "Chinese beside it", hidden: "Show items that do not appear", score: "Score", scoreNone: "Nothing answered yet", passes: "passes", failsBelow: "fails", answered: "{n} of {all} answered",
    again: "Clear the answers", tryTold: "Answer as on a tablet: branching, outcomes and score come from the server at once, by the same rules. Nothing is kept.", pass: "Pass", fail: "Fail", na: "N/A",
    required: "required", optional: "optional", critical: "Critical", major: "Major", minor: "Minor", weight: "Weight {n}", unscored: "Not scored", hours: "Rectify within {n} h",
    photosMin: "At least {n} photo(s)", photosFail: "If it fails, at least {n} photo(s)", photosOnly: "{min}–{max} photos", range: "Takes {min}–{max}", passRange: "Passes: {min}–{max}", atLeast: "≥ {n}", atMost: "≤ {n}",
    onlyIf: "Only if", notShown: "Does not appear now", addRepeat: "Add one: {name}", repeatName: "Name", remove: "Remove {name}", noRepeat: "No “{name}” was added yet.", takePhoto: "Take photos (tablet)", sign: "Sign (tablet)", locate: "Locate (tablet)",
    scan: "Scan or type", staff: "Staff number or name", reading: "Reading", previous: "Reading before", workedOut: "worked out", isNa: "not applicable", section: "Section", points: "0–{max} points", choose: "Choose",
    state: "State", since: "since {when}", reason: "Why", withdraw: "Withdraw", withdrawTitle: "Withdraw {version}?", withdrawTold: "No new walk begins on it any more, for ever; walks under way finish on it. If an older version was not withdrawn, that one is current again.",
    withdrawReason: "Why it is withdrawn (stays on record)", withdrawDone: "{version} is withdrawn", compare: "Compare two versions", before: "Older version", after: "Newer version", oneVersion: "There is one version only, and nothing to compare it with.", same: "Both versions say the same.",
    added: "Added", removed: "Removed", changed: "Changed", moved: "Moved", effects: "Changes", looks: "wording only", asked: "what is asked", answers: "answers taken", outcome: "outcomes", effScore: "score", verdict: "pass or fail",
    fitsSome: "some old answers still fit", fitsNone: "old answers do not fit", view: "Look",
    period: "Period", days30: "30 days", days90: "90 days", days365: "A year", site: "Site", allSites: "All sites", walks: "{n} walks ({before} the period before)", incomplete: "There were too many walks: the latest are counted.",
    item: "Item", answeredCount: "Answered", failedCount: "Failed", failedShare: "Failure rate", trend: "Against before", notAccepted: "Not accepted", naCount: "N/A", suggestions: "Suggestions from the field", noFigures: "No walks in this period, and no suggestions.",
    suggestedBy: "{n}, by {people} people", up: "up {n} points", down: "down {n} points", order: "Order", byFailure: "Failure rate", bySuggested: "Suggestions", byOrder: "As in the checklist",
    draftTold: "It begins as the current version. Raise the version first; what is wrong is marked beside its line. Look at the impact before you publish.", draftNewTold: "Write a checklist (TOML), or open a file. What is wrong is marked beside its line.", open: "Open a file…", reset: "Begin again from the current version", editor: "The whole checklist (TOML)",
    noFaults: "No faults", faults: "Faults: {n}", remarks: "Remarks: {n}", line: "Line {n}", fault: "Fault", remark: "Remark", checking: "Looking through it…", impact: "See the impact", publish: "Publish {version}", asInspector: "What inspectors will see",
    impactTitle: "What publishing {version} would meet", outNew: "This version is new.", outOut: "This very content is out already; publishing again changes nothing.", outTaken: "This version is out with other content: raise the version.", outBefore: "The current version is {version}.", outFirst: "It is published for the first time.",
    tablets: "{n} tablets do not have it yet and get it by their next sync", tabletHas: "has {version}", tabletNone: "has no version", tabletDrafts: "{n} walks under way", drafts: "{n} walks are under way on an older version, and finish on it", noDrafts: "No walk is under way on an older version.",
    noTablets: "Every tablet has it.", lost: "Answers that would be lost by changing over: {n}", nothingLost: "No answer would be lost", onTablet: "{n} answered", never: "never seen", seen: "last seen {when}",
    publishTitle: "Publish {name} {version}?", publishTold: "Every tablet gets it by its next sync, and new walks begin on it. A published version cannot be changed: it can only be withdrawn, or superseded by a newer one.", publishDone: "{name} {version} is published", published1: "This content was out before", differences: "What differs from {version}",
    toDraft: "Change it: draft a version", noOps: "Publishing takes the role of ops or administrator on every site.", keyTry: "Clear the answers", keyDraft: "Draft a version", back: "All checklists", fromShell: "by the server's shell",
  },
});

const DOMAINS = ["cleaning", "security", "facilities", "confidentiality", "reception", "emergency", "training", "records"] as const;

/** What a domain is called; a plugin's own by its word. */
export function domainText(domain: string): string {
  const known = DOMAINS.find((one) => one === domain);
  return known ? text(`domain_${known}`) : domain;
}
