/** The shell's own texts, and words that several pages use. Each page has its own in `texts.ts` beside it. */

import { texts } from "./core/language";

export const text = texts({
  "zh-CN": {
    today: "今日", review: "照片审核", findings: "问题整改", complaints: "投诉", conflicts: "冲突",
    quarantine: "隔离区", assessment: "考评", sites: "项目与模板", checklists: "检查表", plugins: "插件", devices: "平板",
    people: "人员与权限", audit: "审计", profile: "我的账号",
    groupWork: "工作", groupFigures: "分析", groupOps: "运营",
    skip: "跳到内容", navigation: "导航", signOut: "退出登录", language: "语言", theme: "外观",
    themeAuto: "跟随系统", themeLight: "浅色", themeDark: "深色", keys: "键盘快捷键", keysHere: "此页的快捷键",
    live: "实时", notLive: "未连接；正在重试", notFound: "没有这个页面", toToday: "回到今日",
    loading: "正在加载…", again: "重试", more: "加载更多", none: "没有内容", close: "关闭", cancel: "取消", signIn: "重新登录",
    save: "保存", all: "全部", allSites: "所有项目", site: "项目", failed: "出错了", undo: "撤销", menu: "菜单",
    keyHelp: "显示快捷键", rowNext: "下一行", rowBefore: "上一行", password: "密码即将到期：请在“我的账号”中更改",
  },
  en: {
    today: "Today", review: "Review", findings: "Findings", complaints: "Complaints", conflicts: "Conflicts",
    quarantine: "Quarantine", assessment: "Assessment", sites: "Sites & texts", checklists: "Checklists", plugins: "Plugins", devices: "Tablets",
    people: "People & grants", audit: "Audit", profile: "My account",
    groupWork: "Work", groupFigures: "Figures", groupOps: "Operations",
    skip: "Skip to content", navigation: "Navigation", signOut: "Sign out", language: "Language", theme: "Appearance",
    themeAuto: "As the system", themeLight: "Light", themeDark: "Dark", keys: "Keyboard shortcuts", keysHere: "Keys on this page",
    live: "Live", notLive: "Not connected; trying again", notFound: "There is no such page", toToday: "Back to today",
    loading: "Loading…", again: "Try again", more: "Load more", none: "Nothing here", close: "Close", cancel: "Cancel", signIn: "Sign in again",
    save: "Save", all: "All", allSites: "All sites", site: "Site", failed: "Something went wrong", undo: "Undo", menu: "Menu",
    keyHelp: "Show the keys", rowNext: "Next row", rowBefore: "Row before", password: "Your password expires soon: change it under “My account”",
  },
});
