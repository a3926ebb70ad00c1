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
  window.dispatchEvent(new Event(KEY));
}

/** Run when it was changed: it can be in two places, the bar and one's own account. */
export function onTheme(run: () => void): () => void {
  window.addEventListener(KEY, run);
  return () => window.removeEventListener(KEY, run);
}
