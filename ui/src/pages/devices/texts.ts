/** What the page of tablets says. */

import { texts } from "../../core/language";

export const text = texts({
  "zh-CN": {
    heading: "平板", enrol: "登记平板", state: "状态", all: "全部", inUse: "使用中", revoked: "已吊销", quiet: "{n} 天未联系",
    never: "从未联系", name: "名称", seen: "最近联系", version: "应用版本", owed: "待传照片", people: "使用人", none: "无",
    noOne: "还没有平板。先登记一台：平板用二维码领取自己的密钥。", revoke: "吊销", setPeople: "使用人…", peopleOf: "{name} 的使用人",
    revokeTitle: "吊销 {name}？",
    revokeTold: "60 秒内此平板将无法再同步。平板上尚未上传的记录不会丢失：可在丢失或损坏后通过“交接”（salvage）提交。吊销不能撤销；要再用须重新登记。",
    revokeOwed: "它还有 {n} 张照片（{size}）未上传。先让它同步一次更好。", revokeDone: "{name} 已吊销",
    enrolTitle: "登记平板", enrolName: "平板名称（贴在背面的编号）", enrolPeople: "谁使用它", enrolFind: "按姓名或工号查找",
    enrolMake: "生成登记码", enrolNew: "换一个新码", enrolScan: "在平板上打开应用，扫描此码：", enrolType: "或手动输入登记码：",
    enrolServer: "服务器", enrolLeft: "还有 {time} 有效，只能用一次", enrolOver: "此码已过期，请换一个新码", enrolHere: "{name} 已登记，可以开始使用",
    enrolWait: "正在等待平板…", qr: "登记二维码", peopleTold: "勾选后，平板在下一次同步时即可由此人以 PIN 登录。", granted: "{person} 现在可以使用 {name}",
    ungranted: "{person} 不再能使用 {name}", storage: "存储", storageTold: "照片占用的空间，按项目。", site: "项目", photos: "照片",
    originals: "原图", derivatives: "缩略图", damaged: "损坏", missing: "未到达", total: "合计", enrolled: "登记于 {when}", keyEnrol: "登记平板", actions: "操作",
  },
  en: {
    heading: "Tablets", enrol: "Enrol a tablet", state: "State", all: "All", inUse: "In use", revoked: "Revoked", quiet: "Silent for {n} days",
    never: "Never seen", name: "Name", seen: "Last seen", version: "App version", owed: "Photos owed", people: "People", none: "none",
    noOne: "There is no tablet yet. Enrol one: it draws its own key when it reads the code.", revoke: "Revoke", setPeople: "People…", peopleOf: "People on {name}",
    revokeTitle: "Revoke {name}?",
    revokeTold: "Within 60 seconds this tablet can sync no more. What it recorded and has not sent is not lost: it can still be handed in by salvage. This cannot be taken back; to use the tablet again, enrol it anew.",
    revokeOwed: "It still owes {n} photos ({size}). It is better to let it sync first.", revokeDone: "{name} is revoked",
    enrolTitle: "Enrol a tablet", enrolName: "Its name (the number on its back)", enrolPeople: "Who uses it", enrolFind: "Find by name or staff number",
    enrolMake: "Make a code", enrolNew: "Make a new code", enrolScan: "Open the app on the tablet and scan this code:", enrolType: "or type the code:",
    enrolServer: "Server", enrolLeft: "Good for another {time}, once", enrolOver: "This code is over; make a new one", enrolHere: "{name} is enrolled and ready",
    enrolWait: "Waiting for the tablet…", qr: "QR code for enrolling", peopleTold: "From its next sync on, whoever is ticked signs in on the tablet by PIN.", granted: "{person} may use {name} now",
    ungranted: "{person} may not use {name} any more", storage: "Storage", storageTold: "The room that photos take, by site.", site: "Site", photos: "Photos",
    originals: "Originals", derivatives: "Derivatives", damaged: "Damaged", missing: "Not here yet", total: "Together", enrolled: "enrolled {when}", keyEnrol: "Enrol a tablet", actions: "Actions",
  },
});
