/** Keys of a page, for hands that stay on the keyboard. `?` lists them. */

import type { ReactiveController, ReactiveControllerHost } from "lit";

export interface Key {
  /** As `KeyboardEvent.key` says it: `j`, `ArrowRight`, `Enter`. Several do the same. */
  keys: string[];
  /** What it does, in the language of the moment. */
  told: () => string;
  /** `key` is that of `keys` which was pressed. */
  run: (key: string) => void;
}

const open: Keys[] = [];

/** The keys that work now, those of the innermost part first. */
export function keysNow(): Key[] {
  return open.toReversed().flatMap((one) => one.keys());
}

/**
 * Listens while its part is on the page; a key typed into a field is the field's.
 *
 *     private readonly keyboard = new Keys(this, () => [{ keys: ["j"], told: …, run: … }]);
 */
export class Keys implements ReactiveController {
  constructor(
    host: ReactiveControllerHost,
    readonly keys: () => Key[],
  ) {
    host.addController(this);
  }

  hostConnected(): void {
    open.push(this);
  }

  hostDisconnected(): void {
    open.splice(open.indexOf(this), 1);
  }
}

window.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  const target = event.composedPath()[0];
  if (target instanceof HTMLElement && isTyping(target, event.key)) return;
  if (document.querySelector("dialog[open]")) return;
  const found = keysNow().find((one) => one.keys.includes(event.key));
  if (!found) return;
  event.preventDefault();
  // A key that is held goes on and on through a list; it decides once.
  if (!event.repeat || HELD.includes(event.key)) found.run(event.key);
});

const HELD = ["j", "k", "h", "l", "+", "-", "=", "ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"];
const OF_SLIDERS = ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End", "PageUp", "PageDown"];

function isTyping(target: HTMLElement, key: string): boolean {
  if (target.matches("input[type=range]")) return OF_SLIDERS.includes(key);
  if (target.isContentEditable || target.matches("input:not([type=checkbox], [type=radio]), textarea, select")) return true;
  // A button or a link takes these itself.
  return (key === "Enter" || key === " ") && target.matches("a, button, summary, [role=tab], [role=slider], input");
}
