/** What the page of the audit says. */

import { texts } from "../../core/language";

export const text = texts({
  "zh-CN": {
    heading: "审计", who: "何人", anybody: "任何人", what: "做了什么", anything: "全部", reads: "仅看过或带走数据", since: "自", until: "至", about: "关于（记录或人员编号）", aboutNow: "仅关于 {name}", clear: "清除筛选",
    none: "没有符合条件的记录。", server: "服务器", tablet: "平板 {name}", number: "第 {n} 条", notChained: "尚未入链", purpose: "用途：{purpose}", reason: "原因：{reason}",
    checkpoint: "审计链", checkpointTold: "已入链到第 {n} 条，{when}签名。把下面的哈希抄存在别处：此前的任何一条都不能再被悄悄更改或删除。", checkpointNone: "还没有签名的检查点；服务器运行后很快会有第一个。", hash: "哈希", key: "公钥",
    unmask: "查看联系方式", unmaskTitle: "查看联系方式", unmaskTold: "需要 L3 权限。查看会留下审计记录，包括您写的用途。", unmaskWhy: "为什么需要它", unmaskDone: "联系方式", contactName: "姓名", contactPhone: "电话", contactUnit: "单元", onlyThis: "只看与此有关的", onlyWho: "只看此人所做的",
    group_session: "登录", group_password: "密码", group_user: "人员", group_grant: "权限", group_device: "平板", group_checklist: "检查表", group_record: "查看记录", group_contact: "查看联系方式", group_photo: "查看照片", group_export: "导出", group_plugin: "插件", group_quarantine: "隔离区", group_media: "照片文件", group_backup: "备份", group_audit: "审计自身",
    keyFind: "到筛选处",
  },
  en: {
    heading: "Audit", who: "Who", anybody: "Anybody", what: "What", anything: "Everything", reads: "Only what was seen in the clear or taken along", since: "From", until: "To", about: "About (id of a record or person)", aboutNow: "Only about {name}", clear: "Clear the filters",
    none: "No line fits.", server: "The server", tablet: "tablet {name}", number: "line {n}", notChained: "not chained yet", purpose: "For: {purpose}", reason: "Why: {reason}",
    checkpoint: "The chain", checkpointTold: "It reaches line {n} and was signed {when}. Keep the hash below somewhere else: no line before it can be changed or taken out unseen any more.", checkpointNone: "There is no signed checkpoint yet; the first comes soon after the server's start.", hash: "Hash", key: "Public key",
    unmask: "Look at the contact", unmaskTitle: "Look at the contact", unmaskTold: "It takes level 3. Looking leaves a line in the audit, with the purpose that you write.", unmaskWhy: "What it is needed for", unmaskDone: "Contact", contactName: "Name", contactPhone: "Phone", contactUnit: "Unit", onlyThis: "Only what is about this", onlyWho: "Only what this person did",
    group_session: "Signing in", group_password: "Passwords", group_user: "People", group_grant: "Grants", group_device: "Tablets", group_checklist: "Checklists", group_record: "Records looked at", group_contact: "Contacts looked at", group_photo: "Photos looked at", group_export: "Exports", group_plugin: "Plugins", group_quarantine: "Quarantine", group_media: "Photos' files", group_backup: "Backups", group_audit: "The audit itself",
    keyFind: "To the filters",
  },
});
