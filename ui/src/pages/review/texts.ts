/** Texts of the review pages. */

import { texts } from "../../core/language";
import { tone, word } from "../../core/words";

export const text = texts({
  "zh-CN": {
    review: "照片审核", waiting: "待审核巡检：{n}", none: "没有待审核的巡检", checklist: "检查表", allChecklists: "全部检查表",
    risk: "风险", where: "项目与区域", inspector: "巡检员", photos: "照片", notes: "提示", score: "得分", since: "等待",
    state: "状态", owed: "欠 {n} 张", unjudged: "{n} 张未判定", ofPhotos: "{here}/{all}",
    undecided: "未审核",
    pass: "合格", fail: "不合格", na: "不适用", unanswered: "未作答",
    keyNext: "下一个", keyPrevious: "上一个", keyOpen: "打开", keyWall: "回到照片墙", keyApprove: "通过", keyReturn: "退回",
    keyRetake: "要求重拍", keyFinding: "上报问题", keyUndo: "撤销上一步", keyZoom: "放大 / 还原", keyIn: "放大", keyOut: "缩小",
    keyRight: "向右旋转", keyLeft: "向左旋转", keyCompare: "与上次照片对比", keyNotable: "下一张要看的",
    keyNextWalk: "下一次巡检", keyPreviousWalk: "上一次巡检", keyApproveWalk: "通过整次巡检", keyReturnWalk: "退回整次巡检",
    keyBulk: "通过无风险照片", keyQueue: "回到列表", keyWaive: "不再等待此照片",
    toQueue: "审核列表", approve: "通过", return: "退回", askRetake: "要求重拍", raise: "上报问题", undo: "撤销",
    approveWalk: "通过巡检", returnWalk: "退回巡检", seal: "封存", reopen: "重新开放", bulk: "通过无风险照片（{n}）",
    nextWalk: "下一次巡检", lastWalk: "没有更多待审核的巡检", previousWalk: "上一次巡检", next: "下一张", previous: "上一张",
    progress: "第 {at} / {all} 张", decided: "已审核 {done} / {all}", wall: "照片墙",
    unqualified: "巡检员无有效资质", version: "版本 {v}", 
    measured: "标准", answered: "回答", asked: "照片要求", taken: "拍摄时间", camera: "相机", cameraTime: "相机时间",
    pixels: "像素", size: "大小", place: "地点", accuracy: "±{m} 米", cameraPlace: "相机地点", noPlace: "没有地点",
    evidence: "证据提示", clean: "没有提示", judging: "尚未判定", findings: "问题", finding: "问题", conflict: "有冲突", toConflict: "去处理冲突",
    original: "打开原件（会留审计记录）", verdict: "审核结论", 
    compare: "对比", before: "上次（{day}）", noBefore: "没有上次的照片", slider: "显示多少上次的照片", now: "本次",
    zoomIn: "放大", zoomOut: "缩小", reset: "还原", rotateRight: "向右旋转", rotateLeft: "向左旋转",
    awaited: "照片未到达", pending: "正在生成图片", undecodable: "无法打开为图片", missing: "文件缺失或损坏", removed: "已过保存期并移除",
    withheld: "无权查看", waived: "不再等待：{why}", waive: "不再等待", owedHere: "平板已登记此照片，但尚未上传。",
    retakenBy: "已重拍", seeOld: "看原照片", waitingRetake: "等待平板重拍",
    why: "原因", whyReturn: "为什么退回？", whyRetake: "请巡检员怎样重拍？", whyWaive: "为什么不再等待？", whyReopen: "为什么重新开放？",
    whyReturnWalk: "退回整次巡检的原因", blurred: "照片模糊，请拍清楚", dark: "太暗，请打开照明", wrong: "拍错了位置或对象", far: "太远，看不清细节",
    notShown: "看不到要检查的内容", doubt: "疑似旧照片", send: "提交", cancel: "取消",
    severity: "严重程度", what: "发现了什么", deadline: "整改期限（可选）", raised: "已上报问题", didApprove: "已通过", didReturn: "已退回",
    didRetake: "已要求重拍", undone: "已撤销", nothingToUndo: "没有可撤销的操作", didBulk: "已通过 {n} 张照片", didSeal: "已封存", didReopen: "已重新开放",
    didWaive: "不再等待此照片", didApproveWalk: "巡检已通过", didReturnWalk: "巡检已退回",
    bulkTitle: "通过无风险的照片", bulkAsk: "将通过 {n} 张照片：已到达、已判定、风险为 0、检查结果不是不合格、没有冲突，而且还没有审核。",
    bulkLeft: "其余 {n} 张仍需逐张查看。", bulkNone: "没有这样的照片。", bulkDo: "通过 {n} 张",
    sealTitle: "封存巡检", sealAsk: "封存后记录不再更改，除非重新开放。", standsAgainst: "仍有以下情况：", nothingAgainst: "没有欠缺的内容。",
    againstOwed: "欠 {n} 张照片", againstConflict: "{n} 处冲突未解决", sealDo: "封存", noPhotos: "这次巡检没有照片",
    keyHint: "按 ? 查看快捷键", onPlan: "项目平面图上的位置", 
    photoOf: "{item}：{outcome}", riskOf: "风险 {n}",
    other: "看另一张照片", sectionScore: "得分 {n}", 
  },
  en: {
    review: "Review", waiting: "Walks waiting: {n}", none: "Nothing waits for review", checklist: "Checklist", allChecklists: "All checklists",
    risk: "Risk", where: "Site and area", inspector: "Inspector", photos: "Photos", notes: "Notes", score: "Score", since: "Waits",
    state: "State", owed: "{n} owed", unjudged: "{n} not judged", ofPhotos: "{here}/{all}",
    undecided: "Not reviewed",
    pass: "Pass", fail: "Fail", na: "Not applicable", unanswered: "Not answered",
    keyNext: "Next", keyPrevious: "Previous", keyOpen: "Open", keyWall: "Back to the wall", keyApprove: "Approve", keyReturn: "Return",
    keyRetake: "Ask for a retake", keyFinding: "Raise a finding", keyUndo: "Undo the last decision", keyZoom: "Zoom in or back", keyIn: "Zoom in", keyOut: "Zoom out",
    keyRight: "Rotate right", keyLeft: "Rotate left", keyCompare: "Compare with the photo before", keyNotable: "Next to look at",
    keyNextWalk: "Next walk", keyPreviousWalk: "Previous walk", keyApproveWalk: "Approve the walk", keyReturnWalk: "Return the walk",
    keyBulk: "Approve what carries no risk", keyQueue: "Back to the queue", keyWaive: "Do without this photo",
    toQueue: "Review queue", approve: "Approve", return: "Return", askRetake: "Retake", raise: "Raise finding", undo: "Undo",
    approveWalk: "Approve walk", returnWalk: "Return walk", seal: "Seal", reopen: "Reopen", bulk: "Approve no-risk photos ({n})",
    nextWalk: "Next walk", lastWalk: "No more walks wait", previousWalk: "Previous walk", next: "Next", previous: "Previous",
    progress: "{at} of {all}", decided: "{done} of {all} reviewed", wall: "Wall",
    unqualified: "Inspector not qualified", version: "Version {v}", 
    measured: "Standard", answered: "Answer", asked: "Photos asked for", taken: "Taken", camera: "Camera", cameraTime: "Camera's time",
    pixels: "Pixels", size: "Size", place: "Place", accuracy: "±{m} m", cameraPlace: "Camera's place", noPlace: "No place",
    evidence: "Evidence", clean: "Nothing noted", judging: "Not judged yet", findings: "Findings", finding: "Finding", conflict: "In conflict", toConflict: "Decide the conflict",
    original: "Open the original (goes on record)", verdict: "Verdict", 
    compare: "Compare", before: "Before ({day})", noBefore: "No photo before this one", slider: "How much of the photo before is shown", now: "Now",
    zoomIn: "Zoom in", zoomOut: "Zoom out", reset: "Reset view", rotateRight: "Rotate right", rotateLeft: "Rotate left",
    awaited: "Photo not here yet", pending: "Picture is being made", undecodable: "Cannot be opened as a picture", missing: "File missing or damaged", removed: "Removed, kept long enough",
    withheld: "Not for your eyes", waived: "Done without: {why}", waive: "Do without it", owedHere: "A tablet has announced this photo and has not sent it yet.",
    retakenBy: "Taken again", seeOld: "See the old one", waitingRetake: "Waits for the tablet's retake",
    why: "Reason", whyReturn: "Why is it returned?", whyRetake: "What should the new photo show?", whyWaive: "Why do without it?", whyReopen: "Why is it reopened?",
    whyReturnWalk: "Why the whole walk is returned", blurred: "Blurred: please take a sharp one", dark: "Too dark: please switch on the light", wrong: "Wrong place or object", far: "Too far away to see the detail",
    notShown: "It does not show what is checked", doubt: "Looks like an old photo", send: "Send", cancel: "Cancel",
    severity: "Severity", what: "What was seen", deadline: "Put right by (optional)", raised: "Finding raised", didApprove: "Approved", didReturn: "Returned",
    didRetake: "Retake asked for", undone: "Taken back", nothingToUndo: "Nothing to take back", didBulk: "{n} photos approved", didSeal: "Sealed", didReopen: "Reopened",
    didWaive: "Done without this photo", didApproveWalk: "Walk approved", didReturnWalk: "Walk returned",
    bulkTitle: "Approve what carries no risk", bulkAsk: "{n} photos will be approved: arrived, judged, of no risk, of items that have not failed, not in conflict, and not reviewed yet.",
    bulkLeft: "{n} others are left to be looked at one by one.", bulkNone: "There are no such photos.", bulkDo: "Approve {n}",
    sealTitle: "Seal the walk", sealAsk: "A sealed record does not change any more unless it is reopened.", standsAgainst: "This stands against it:", nothingAgainst: "Nothing is missing.",
    againstOwed: "{n} photos are owed", againstConflict: "{n} conflicts are not decided", sealDo: "Seal", noPhotos: "This walk has no photos",
    keyHint: "Press ? for the keys", onPlan: "Where it is on the site's plan", 
    photoOf: "{item}: {outcome}", riskOf: "Risk {n}",
    other: "See the other photo", sectionScore: "Score {n}", 
  },
});

/** A walk's state, or a verdict, as people call it; nothing is "not reviewed". */
export function stateText(state: string): string {
  return word("state", state) || text("undecided");
}

/** An outcome as people call it. */
export function outcomeText(outcome: "pass" | "fail" | "na" | null): string {
  return text(outcome ?? "unanswered");
}

/** The colour of a state, verdict or outcome. */
export function stateTone(state: string): string {
  if (state === "pass") return "good";
  return state === "fail" ? "bad" : tone("state", state);
}
