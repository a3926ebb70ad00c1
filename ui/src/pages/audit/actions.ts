/** What each line of the audit says, in a person's words. */

import { texts } from "../../core/language";

const known = {
  "zh-CN": {
    "audit.export": "导出审计记录", "audit.key": "更换审计签名密钥", "audit.head": "记录审计链位置", "backup.create": "完成备份", "backup.restore": "从备份恢复", "backup.verify": "演练恢复",
    "calendar.set": "设置工作日历", "checklist.publish": "发布检查表", "checklist.withdraw": "撤回检查表", "consent.set": "设置同意书文本",
    "contact.unmask": "查看联系方式", "desk.rebuild": "重建工作台视图", "device.code": "生成平板登记码", "device.enrol": "登记平板", "device.person": "更改平板使用人",
    "device.revoke": "吊销平板", "device.salvage": "提交平板遗留记录", "export.fetch": "取走导出文件", "export.plan": "安排导出", "export.deliver": "送达导出", "export.accept": "导出被确认", "export.redeliver": "重新送达导出", "export.remove": "移除导出文件",
    "endpoint.set": "设置网络回调", "endpoint.rotate": "更换回调密钥", "endpoint.resume": "恢复网络回调", "endpoint.replay": "重发网络回调", "endpoint.retry": "重试网络回调", "form.add": "开放公众表单", "form.withdraw": "停用公众表单",
    "grant.add": "授予角色", "grant.revoke": "撤销角色", "hold.place": "设置保全", "hold.release": "解除保全", "identity.link": "关联总部账号", "identity.unlink": "解除总部账号",
    "media.collect": "清理照片", "media.damage": "发现照片损坏", "media.look": "查看上传状态", "media.mend": "修复照片", "media.reject": "拒收照片", "media.retire": "到期移除照片", "media.store": "收到照片", "media.terminate": "终止上传",
    "override.set": "调整项目标准", "password.change": "更改自己的密码", "password.reset": "重置密码", "photo.read": "查看照片原件", "plugin.park": "停用插件", "plugin.replay": "让插件重读", "plugin.resume": "恢复插件",
    "policy.set": "更改规则", "push.apply": "接收平板记录", "qualification.set": "登记资质", "record.read": "查看敏感记录", "register.set": "更改台账", "report.make": "生成报告", "report.remove": "移除报告", "restore.notice": "发现已从备份恢复",
    "session.close": "退出登录", "session.fail": "登录失败", "session.open": "登录", "session.revoke": "结束登录", "sheet.make": "生成照片联系表", "site.set": "更改项目",
    "user.add": "添加人员", "user.disable": "停用人员", "user.mailbox": "设置邮箱", "user.pin": "设置 PIN", "user.place": "更改班组与岗位", "user.rename": "更改姓名或工号", "webhook.test": "测试网络回调",
    "quarantine.replayed": "重放隔离操作", "quarantine.repaired": "修复隔离操作", "quarantine.discarded": "丢弃隔离操作",
  },
  en: {
    "audit.export": "exported the audit", "audit.key": "changed the audit's key", "audit.head": "noted how far the chain is", "backup.create": "made a backup", "backup.restore": "restored a backup", "backup.verify": "drilled a restore",
    "calendar.set": "set the working calendar", "checklist.publish": "published a checklist", "checklist.withdraw": "withdrew a checklist", "consent.set": "set the text of consent",
    "contact.unmask": "looked at a contact", "desk.rebuild": "rebuilt the desk's views", "device.code": "made a code for a tablet", "device.enrol": "enrolled a tablet", "device.person": "changed who uses a tablet",
    "device.revoke": "revoked a tablet", "device.salvage": "handed in a tablet's remains", "export.fetch": "took an export along", "export.plan": "planned an export", "export.deliver": "delivered an export", "export.accept": "had an export acknowledged", "export.redeliver": "delivered an export again", "export.remove": "removed an export's files",
    "endpoint.set": "set a webhook", "endpoint.rotate": "changed a webhook's secret", "endpoint.resume": "resumed a webhook", "endpoint.replay": "sent a webhook again", "endpoint.retry": "retried a webhook", "form.add": "opened a public form", "form.withdraw": "closed a public form",
    "grant.add": "granted a role", "grant.revoke": "revoked a grant", "hold.place": "placed a hold", "hold.release": "released a hold", "identity.link": "linked a head office account", "identity.unlink": "unlinked a head office account",
    "media.collect": "tidied up photos", "media.damage": "found a photo damaged", "media.look": "looked at an upload", "media.mend": "mended a photo", "media.reject": "refused a photo", "media.retire": "removed photos past their time", "media.store": "received a photo", "media.terminate": "ended an upload",
    "override.set": "changed a site's standard", "password.change": "changed the own password", "password.reset": "reset a password", "photo.read": "looked at a photo's original", "plugin.park": "parked a plugin", "plugin.replay": "set a plugin back", "plugin.resume": "resumed a plugin",
    "policy.set": "changed a policy", "push.apply": "took in a tablet's records", "qualification.set": "recorded a qualification", "record.read": "looked at sensitive records", "register.set": "changed a register", "report.make": "made a report", "report.remove": "removed a report", "restore.notice": "noticed a restore",
    "session.close": "signed out", "session.fail": "failed to sign in", "session.open": "signed in", "session.revoke": "ended a session", "sheet.make": "made a contact sheet", "site.set": "changed a site",
    "user.add": "added a person", "user.disable": "disabled a person", "user.mailbox": "set a mail address", "user.pin": "set a PIN", "user.place": "changed team and post", "user.rename": "changed name or staff number", "webhook.test": "tested a webhook",
    "quarantine.replayed": "replayed a quarantined op", "quarantine.repaired": "repaired a quarantined op", "quarantine.discarded": "discarded a quarantined op",
  },
} as const;

type Known = keyof (typeof known)["en"];
const text = texts<Known>(known);

/** What was done; the word itself where a newer server says something that this page does not know. */
export function actionText(action: string): string {
  return action in known.en ? text(action as Known) : action;
}

const members = {
  "zh-CN": {
    role: "角色", sites: "项目", site: "项目", level: "数据级别", expires_ms: "有效期至", reason: "原因", why: "原因", purpose: "用途", key: "检查表", version: "版本", name: "名称", way: "方式", kind: "种类", session: "会话", sha256: "哈希",
    plugin: "插件", position: "位置", stood: "原位置", team: "班组", post: "岗位", granted: "授予", items: "检查项", fields: "字段", subjects: "记录", login: "登录名", dataset: "数据集", destination: "目标", rows: "行数", photos: "照片", ops: "操作数", error: "错误", agent: "程序", address: "网络",
  },
  en: {
    role: "role", sites: "sites", site: "site", level: "data level", expires_ms: "good until", reason: "why", why: "why", purpose: "purpose", key: "checklist", version: "version", name: "name", way: "by", kind: "kind", session: "session", sha256: "hash",
    plugin: "plugin", position: "position", stood: "stood at", team: "team", post: "post", granted: "granted", items: "items", fields: "fields", subjects: "records", login: "login", dataset: "dataset", destination: "destination", rows: "rows", photos: "photos", ops: "ops", error: "error", agent: "program", address: "network",
  },
} as const;

type Member = keyof (typeof members)["en"];
const memberTexts = texts<Member>(members);

/** What a member of a line's details is called; a rarer one says its own word. */
export function memberText(name: string): string {
  return name in members.en ? memberTexts(name as Member) : name;
}

/** What an action begins with, as the filter offers it. */
export const GROUPS = ["session.", "password.", "user.", "grant.", "device.", "checklist.", "record.", "contact.", "photo.", "export.", "plugin.", "quarantine.", "media.", "backup.", "audit."] as const;
export type Group = (typeof GROUPS)[number];
