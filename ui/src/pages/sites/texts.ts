/** What the page of sites and of the texts to answer with says. */

import { texts } from "../../core/language";

export const text = texts({
  "zh-CN": {
    heading: "项目与答复模板", sites: "项目地图", answers: "答复模板", otherTab: "切换到另一个标签页", none: "还没有项目。在服务器上用 fieldops import 导入，或用 fieldops site add 添加。",
    site: "项目", areas: "区域", map: "地图", isSet: "已设置", isMissing: "未设置", noAreas: "没有区域", choose: "选择一个项目，查看或设置它的地图。",
    mapOf: "{name}的地图", preview: "所选图片预览", setAt: "设置于 {when}", noMap: "还没有地图。设置后，照片和问题会标在地图上。", extent: "约 {wide} × {high} 米",
    pick: "选择图片…", picture: "图片（JPEG 或 PNG，上北下南，不超过 3 MB）", keepPicture: "不选图片则沿用现有图片，只改边界。",
    edges: "图片四边的经纬度", west: "西边（经度）", east: "东边（经度）", south: "南边（纬度）", north: "北边（纬度）",
    degrees: "用 WGS-84 十进制度，例如 121.4737；国内地图应用的坐标（GCJ-02、BD-09）会偏几百米，请先换算。",
    tooLarge: "图片超过 3 MB，请缩小后再选。", wrongKind: "只能用 JPEG 或 PNG 图片。", noPicture: "请选择一张图片。", noNumber: "请填写四个边的数值。",
    range: "经度在 -180 与 180 之间，纬度在 -90 与 90 之间。", westEast: "西边的经度须小于东边。", southNorth: "南边的纬度须小于北边。", span: "两边相距不能超过 1 度。",
    set: "设置地图", replace: "更换地图", sending: "正在提交…", done: "{name}的地图已设置", drop: "移除地图", dropTitle: "移除{name}的地图？", dropTold: "照片和问题不再标在地图上；它们的坐标仍保留。图片须重新上传才能恢复。", dropped: "{name}的地图已移除", toFile: "选择图片",
    intro: "处理投诉的人从上到下看到这些模板，选用后可先修改再发出。", title: "标题", body: "正文", zh: "中文", en: "英文", add: "添加模板", remove: "移除", up: "上移", down: "下移", nth: "第 {n} 个：{title}", untitled: "（未命名）",
    placeholders: "占位符", placeholdersTold: "点一下插入到正在编辑的正文；答复时换成实际内容。", strange: "没有占位符 {word}。", full: "最多 {n} 个模板。",
    save: "保存模板", saved: "模板已保存", unsaved: "有未保存的修改", noneLeft: "没有模板；答复须逐字填写。", discard: "放弃修改", discardTitle: "放弃未保存的修改？", discardTold: "回到服务器上现有的模板。",
    changed: "其他人刚保存过模板", changedTold: "你的修改都还在这里，没有保存。可用你的覆盖，或放弃修改查看对方的。", overwrite: "用我的覆盖",
    number: "编号", area: "区域", date: "反映日期", tier: "投诉等级", deadline: "处理期限", staff: "答复人",
  },
  en: {
    heading: "Sites and answer texts", sites: "Maps of sites", answers: "Answer texts", otherTab: "Go to the other tab", none: "There are no sites yet. On the server, fieldops import brings in a table of them, fieldops site add adds one.",
    site: "Site", areas: "Areas", map: "Map", isSet: "set", isMissing: "not set", noAreas: "no areas", choose: "Choose a site to see or set its map.",
    mapOf: "Map of {name}", preview: "The picture that was chosen", setAt: "Set {when}", noMap: "No map yet. With one, photos and findings are shown where they are.", extent: "about {wide} × {high} m",
    pick: "Choose a picture…", picture: "Picture (JPEG or PNG, north up, 3 MB at most)", keepPicture: "Without a new picture the present one stays, with other edges.",
    edges: "Degrees of the picture's edges", west: "West (longitude)", east: "East (longitude)", south: "South (latitude)", north: "North (latitude)",
    degrees: "Decimal degrees in WGS 84, such as 121.4737. Coordinates of Chinese map apps (GCJ-02, BD-09) are some hundred metres off: convert them first.",
    tooLarge: "The picture is larger than 3 MB: make it smaller and choose it again.", wrongKind: "Only JPEG or PNG pictures can be used.", noPicture: "Choose a picture.", noNumber: "Fill in all four edges.",
    range: "Longitudes are between -180 and 180, latitudes between -90 and 90.", westEast: "West must be less than east.", southNorth: "South must be less than north.", span: "Edges are 1 degree apart at most.",
    set: "Set the map", replace: "Replace the map", sending: "Sending…", done: "The map of {name} is set", drop: "Take the map away", dropTitle: "Take the map of {name} away?", dropTold: "Photos and findings are no longer shown on it; their coordinates stay. To have it back, the picture must be sent again.", dropped: "The map of {name} was taken away", toFile: "Choose a picture",
    intro: "Whoever answers a complaint is offered these from top to bottom, and may change one before it is sent.", title: "Title", body: "Text", zh: "Chinese", en: "English", add: "Add a text", remove: "Remove", up: "Move up", down: "Move down", nth: "No. {n}: {title}", untitled: "(no title)",
    placeholders: "Placeholders", placeholdersTold: "A click puts it into the text that is being edited; in an answer it becomes what it stands for.", strange: "There is no placeholder {word}.", full: "{n} texts at most.",
    save: "Save the texts", saved: "The texts are saved", unsaved: "There are changes that are not saved", noneLeft: "There are no texts; each answer is typed in full.", discard: "Discard changes", discardTitle: "Discard what is not saved?", discardTold: "Back to the texts as the server has them.",
    changed: "Somebody else has just saved the texts", changedTold: "All you typed is still here, and not saved. Put yours over theirs, or discard yours and see theirs.", overwrite: "Put mine over theirs",
    number: "Number", area: "Area", date: "When it was said", tier: "Tier", deadline: "Deadline", staff: "Who answers",
  },
});
