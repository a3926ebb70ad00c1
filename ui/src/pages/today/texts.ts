import { texts } from "../../core/language";

export const text = texts({
  "zh-CN": {
    now: "现在要做的", allDone: "没有等待您处理的事项。",
    review: "待审核的巡检", overdue: "逾期整改", rechecks: "待复查", appeals: "待裁定的申诉", complaintsLate: "超时投诉",
    complaints: "未结投诉", findings: "待整改问题", conflicts: "待裁决的冲突", quarantine: "隔离区中的操作",
    missed: "漏巡的计划", plugins: "停用或落后的插件", parts: "需要处理的服务器部件",
    late: "已逾期", noLate: "没有逾期事项。", finding: "整改", complaint: "投诉", dueAgo: "{when}到期", nobody: "无负责人", noText: "（无文字）",
    walks: "进行中的巡检", noWalks: "没有进行中的巡检。", began: "{when}开始", owes: "欠 {n} 张照片", more: "共 {n} 次",
    rounds: "今日计划巡检", noRounds: "今天没有未完成的计划巡检。", dueAt: "应于 {when}", anyone: "未指派",
    tablets: "平板尚欠照片", noTablets: "所有照片都已到达。", photos: "{n} 张，约 {size}", photosOnly: "{n} 张", seen: "{when}连接过",
    neverSeen: "从未连接", since: "最早{when}",
    health: "系统状态", well: "服务器、存储、后台进程与插件均正常。", parked: "已停用", off: "未启用", waiting: "等待重试", behind: "落后 {n} 条变更",
    error: "错误：{code}", running: "落后", asOf: "{when} 更新", reload: "立即更新",
    degraded: "降级", down: "不可用", keyReload: "立即更新",
    database: "数据库", blobs: "照片存储", job: "后台任务", backup: "备份", photosPart: "照片", care: "维护",
  },
  en: {
    now: "To do now", allDone: "Nothing waits for you.",
    review: "Walks to review", overdue: "Overdue rectifications", rechecks: "To recheck", appeals: "Appeals to decide", complaintsLate: "Late complaints",
    complaints: "Open complaints", findings: "Findings to put right", conflicts: "Conflicts to decide", quarantine: "Ops in quarantine",
    missed: "Missed rounds", plugins: "Plugins parked or behind", parts: "Parts of the server that need care",
    late: "Late already", noLate: "Nothing is late.", finding: "rectification", complaint: "complaint", dueAgo: "was due {when}", nobody: "nobody's", noText: "(no text)",
    walks: "Walks under way", noWalks: "No walk is under way.", began: "began {when}", owes: "photos owed: {n}", more: "{n} in all",
    rounds: "Rounds of today", noRounds: "No planned round is left today.", dueAt: "due {when}", anyone: "given to nobody",
    tablets: "What tablets still owe", noTablets: "Every photo has arrived.", photos: "photos: {n}, about {size}", photosOnly: "photos: {n}", seen: "last seen {when}",
    neverSeen: "never seen", since: "since {when}",
    health: "Server and plugins", well: "The server, its stores, its worker and the plugins are well.", parked: "parked", off: "off", waiting: "will try again", behind: "{n} changes behind",
    error: "error: {code}", running: "behind", asOf: "as of {when}", reload: "Refresh",
    degraded: "degraded", down: "down", keyReload: "Refresh",
    database: "database", blobs: "photo store", job: "background job", backup: "backup", photosPart: "photos", care: "care",
  },
});
