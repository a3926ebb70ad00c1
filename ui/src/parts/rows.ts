/** Up and down a list by keyboard: the focus stands on one row's link or button at a time. */

import type { Key } from "../core/keys";
import { text } from "../texts";

/** `j` and `k` for whatever `selector` finds in the part, from top to bottom. */
export function rowKeys(root: HTMLElement, selector: string): Key[] {
  return [
    { keys: ["j", "ArrowDown"], told: () => text("rowNext"), run: () => step(root, selector, 1) },
    { keys: ["k", "ArrowUp"], told: () => text("rowBefore"), run: () => step(root, selector, -1) },
  ];
}

function step(root: HTMLElement, selector: string, by: number): void {
  const rows = [...root.querySelectorAll<HTMLElement>(selector)];
  const here = rows.findIndex((one) => one === document.activeElement || one.contains(document.activeElement));
  const next = here < 0 ? (by > 0 ? 0 : rows.length - 1) : here + by;
  rows[Math.max(0, Math.min(next, rows.length - 1))]?.focus();
}
