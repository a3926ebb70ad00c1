/** What the pages of people and grants say. */

import { texts } from "../../core/language";

export const text = texts({
  "zh-CN": {
    heading: "人员与权限", add: "添加人员", find: "按姓名、登录名、工号或班组查找", role: "角色", allRoles: "所有角色", name: "姓名", login: "登录名", number: "工号", team: "班组", post: "岗位", grants: "权限", noGrants: "没有任何权限", none: "没有符合条件的人员。",
    back: "所有人员", everySite: "所有项目", until: "至 {when}", over: "已到期", never: "长期", you: "这是您自己", lastAdministrator: "唯一的管理员：须先指定另一名管理员",
    addTitle: "添加人员", addPin: "平板 PIN（4–12 位数字，可留空）", addPassword: "可在电脑上登录：生成一次性密码", addTold: "登录名之后不能更改。添加后再授予角色。", addDone: "已添加 {name}",
    grantAdd: "授予角色", grantRole: "角色", grantSites: "项目", grantAll: "所有项目（含今后新增）", grantSome: "仅所选项目", grantLevel: "可见数据级别", grantUntil: "有效期至（可留空）", grantDone: "已授予：{role}", grantTold: "权限变化后，此人须重新登录。", grantPick: "请至少选择一个项目",
    revoke: "撤销", revokeTitle: "撤销“{role}”？", revokeTold: "{name} 将不再拥有此角色，并须重新登录。", revokeSelf: "这是您自己的权限。", revokeDone: "已撤销：{role}",
    tell_inspector: "巡检、拍照、整改，在平板上工作", tell_supervisor: "审核照片、指派与复查、处理投诉", tell_ops: "检查表、插件、平板、项目设置", tell_auditor: "查看审计与记录，不能更改", tell_exporter: "取用导出数据", tell_administrator: "人员与权限，以及一切设置",
    account: "账号", save: "保存", saved: "已保存", mail: "邮箱（用于通知，可留空）", mailLanguage: "邮件语言", pin: "平板 PIN", pinNew: "新 PIN（4–12 位数字）", pinSet: "设置 PIN", pinDone: "PIN 已设置，平板下次同步时生效",
    password: "密码", passwordTold: "生成一个只能登录一次的密码，此人登录后须自行更改；其所有登录会话将结束，锁定也会解除。", reset: "重置密码", resetTitle: "重置 {name} 的密码？", resetShown: "一次性密码（仅显示这一次，{when} 前有效）：", copy: "复制", copied: "已复制",
    sessions: "登录会话", sessionsNone: "目前没有登录。", device: "设备", began: "登录于", seen: "最近活动", current: "当前会话", end: "结束", endAll: "结束全部", ended: "已结束 {n} 个会话", cookie: "浏览器", bearer: "程序",
    disable: "停用账号", disableTitle: "停用 {name}？", disableTold: "此人不能再登录，也不能再使用平板；已做的记录保留原样。停用不能撤销。", disableDone: "{name} 已停用", keyAdd: "添加人员", keyFind: "查找", audit: "此人的审计记录", danger: "停用",
  },
  en: {
    heading: "People & grants", add: "Add a person", find: "Find by name, login, staff number or team", role: "Role", allRoles: "All roles", name: "Name", login: "Login", number: "Staff number", team: "Team", post: "Post", grants: "Grants", noGrants: "no grants at all", none: "Nobody fits.",
    back: "Everybody", everySite: "every site", until: "until {when}", over: "over", never: "no end", you: "this is you", lastAdministrator: "The only administrator: make another one first",
    addTitle: "Add a person", addPin: "PIN for tablets (4 to 12 digits, may stay empty)", addPassword: "Signs in at a desk: make a password for one sign-in", addTold: "The login cannot be changed later. Grant roles afterwards.", addDone: "{name} is added",
    grantAdd: "Grant a role", grantRole: "Role", grantSites: "Sites", grantAll: "Every site, those to come as well", grantSome: "Only these", grantLevel: "May see data of", grantUntil: "Until (may stay empty)", grantDone: "Granted: {role}", grantTold: "When grants change, the person must sign in anew.", grantPick: "Choose a site at least",
    revoke: "Revoke", revokeTitle: "Revoke “{role}”?", revokeTold: "{name} does not hold this role any more, and must sign in anew.", revokeSelf: "This is your own grant.", revokeDone: "Revoked: {role}",
    tell_inspector: "walks, takes photos, rectifies; works on a tablet", tell_supervisor: "reviews photos, assigns and rechecks, answers complaints", tell_ops: "checklists, plugins, tablets, sites", tell_auditor: "looks at the audit and at records; changes nothing", tell_exporter: "takes exports along", tell_administrator: "people and grants, and every setting",
    account: "Account", save: "Save", saved: "Saved", mail: "Mail address (for notices, may stay empty)", mailLanguage: "Language of the letters", pin: "PIN for tablets", pinNew: "New PIN (4 to 12 digits)", pinSet: "Set the PIN", pinDone: "The PIN is set; tablets take it by their next sync",
    password: "Password", passwordTold: "Makes a password for one sign-in, after which the person chooses another. All sessions end, and so does a lock-out.", reset: "Reset the password", resetTitle: "Reset the password of {name}?", resetShown: "Password for one sign-in (shown only now, good until {when}):", copy: "Copy", copied: "Copied",
    sessions: "Sessions", sessionsNone: "Not signed in anywhere.", device: "Device", began: "Since", seen: "Last active", current: "this one", end: "End", endAll: "End all", ended: "Sessions ended: {n}", cookie: "browser", bearer: "program",
    disable: "Disable the account", disableTitle: "Disable {name}?", disableTold: "The person cannot sign in any more, nor use a tablet; what was recorded stays as it is. This cannot be taken back.", disableDone: "{name} is disabled", keyAdd: "Add a person", keyFind: "Find", audit: "What this person did (audit)", danger: "Disable",
  },
});
