/** What the page of plugins says. */

import { texts } from "../../core/language";

export const text = texts({
  "zh-CN": {
    heading: "插件", none: "没有插件。", running: "运行中", waiting: "等待重试", parked: "已停用", off: "未能加载", new: "尚未运行", lag: "待处理 {n} 条", upToDate: "已跟上", attempts: "已尝试 {n} 次", allWell: "全部正常", trouble: "{n} 个需要处理",
    domain: "领域", allDomains: "所有领域", version: "版本", hooks: "钩子与开销", hook: "钩子", calls: "调用", mean: "平均", slowest: "最慢", faultsCount: "故障", noMeasures: "此版本还没有运行过任何钩子。", faults: "最近的故障", noFaults: "没有故障。", position: "位置 {n}",
    checklists: "带来的检查表", datasets: "导出数据集", registers: "台账", protections: "隔离措施", park: "停用", resume: "恢复", replay: "从头重读", details: "详情",
    parkTitle: "停用 {name}？", parkTold: "它停在当前位置，直到有人恢复。巡检照常接收，只是它的规则、问题和得分暂不产生；恢复后会补上。", parkWhy: "停用原因（给其他人看）", parkDone: "{name} 已停用",
    resumeTitle: "恢复 {name}？", resumeTold: "它从停下的位置继续，补上 {n} 条。若故障原因还在，它会再次停下。", resumeDone: "{name} 已恢复", replayTitle: "让 {name} 重读？",
    replayTold: "它会把日志从头再读一遍（{n} 条）。已有的问题和得分不会重复产生；只补上缺少的。期间会占用工作进程。", replayDone: "{name} 正在重读", doWaiting: "服务器会自动重试；若持续失败请看故障说明。", doParked: "排除故障后点“恢复”。", doOff: "修正安装或设置后重启服务器即会加载。", live: "工作进程读到日志位置",
    ms: "{n} 毫秒",
  },
  en: {
    heading: "Plugins", none: "There are no plugins.", running: "Running", waiting: "Trying again", parked: "Parked", off: "Could not be loaded", new: "Never ran", lag: "{n} behind", upToDate: "up to date", attempts: "{n} attempts", allWell: "All is well", trouble: "Need somebody: {n}",
    domain: "Domain", allDomains: "all domains", version: "Version", hooks: "Hooks and what they cost", hook: "Hook", calls: "Calls", mean: "Mean", slowest: "Slowest", faultsCount: "Faults", noMeasures: "No hook of this version has run yet.", faults: "Latest faults", noFaults: "No faults.", position: "position {n}",
    checklists: "Checklists it brings", datasets: "Datasets of exports", registers: "Registers", protections: "Protections", park: "Park", resume: "Resume", replay: "Read again", details: "Details",
    parkTitle: "Park {name}?", parkTold: "It stops where it is until somebody resumes it. Walks come in as ever, but its rules, findings and scores wait; once it is resumed it makes up for them.", parkWhy: "Why it is parked (for others to read)", parkDone: "{name} is parked",
    resumeTitle: "Resume {name}?", resumeTold: "It goes on where it stopped and makes up for {n} changes. If what stopped it is still there, it stops again.", resumeDone: "{name} goes on", replayTitle: "Let {name} read everything again?",
    replayTold: "It reads the log from the beginning ({n} changes). Findings and scores that stand are not made twice; what is missing is added. The worker is busy meanwhile.", replayDone: "{name} reads again", doWaiting: "The server tries again by itself; if it goes on failing, see the faults.", doParked: "Mend what is wrong, then resume it.", doOff: "Mend the installation or the settings; it loads at the next start.", live: "The worker's position in the log",
    ms: "{n} ms",
  },
});
