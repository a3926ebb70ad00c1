/** Light, dark, or as the machine is set. */

export type Theme = "auto" | "light" | "dark";
const KEY = "fieldops-theme";

export function theme(): Theme {
  const kept = localStorage.getItem(KEY);
  return kept === "light" || kept === "dark" ? kept : "auto";
}

export function setTheme(wanted: Theme): void {
  localStorage.setItem(KEY, wanted);
  document.documentElement.dataset["theme"] = wanted;
}
