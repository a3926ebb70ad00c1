/** The language of the pages: chosen by the switch, else the browser's. */

export type Language = "zh-CN" | "en";
const KEY = "fieldops-language";
const CHANGED = "fieldops-language";

let current: Language = chosen();

function chosen(): Language {
  const kept = localStorage.getItem(KEY);
  if (kept === "zh-CN" || kept === "en") return kept;
  return navigator.language.toLowerCase().startsWith("zh") ? "zh-CN" : "en";
}

export function language(): Language {
  return current;
}

/** Every page shows itself anew; the choice is kept in this browser. */
export function setLanguage(wanted: Language): void {
  current = wanted;
  localStorage.setItem(KEY, wanted);
  document.documentElement.lang = wanted;
  window.dispatchEvent(new Event(CHANGED));
}

export function onLanguage(run: () => void): () => void {
  window.addEventListener(CHANGED, run);
  return () => window.removeEventListener(CHANGED, run);
}

/** The text of a record that comes in several languages; any other is better than none. */
export function titled(titles: Record<string, string> | null | undefined, otherwise = ""): string {
  if (!titles) return otherwise;
  return titles[current] ?? titles["zh-CN"] ?? titles["en"] ?? Object.values(titles)[0] ?? otherwise;
}

/**
 * The texts of one page. A key that one language lacks does not compile.
 *
 *     const text = texts({ "zh-CN": { open: "未处理", left: "还剩 {n} 张" }, en: { … } });
 *     text("left", { n: 3 })
 */
export function texts<K extends string>(all: {
  "zh-CN": Record<K, string>;
  en: Record<NoInfer<K>, string>;
}): (key: K, values?: Record<string, string | number>) => string {
  return (key, values = {}) =>
    all[current][key].replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}
