import { texts } from "../../core/language";

export const text = texts({
  "zh-CN": { asTable: "以表格显示", howTo: "选择一个点，查看其后的记录与照片（方向键移动，回车打开）" },
  en: { asTable: "Show as table", howTo: "Choose a point to see its records and photos (arrows move, Enter opens)" },
});
