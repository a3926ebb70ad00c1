/** Short words at the foot of the page: what was done (with a way back), and what was refused. */

import { html, nothing } from "lit";
import { customElement } from "lit/decorators.js";
import { Refused } from "../core/api";
import { Part } from "../core/page";
import { text } from "../texts";

interface Toast {
  id: number;
  told: string;
  isBad: boolean;
  undo?: (() => void) | undefined;
}

const SHOWN_MS = 6000;
let last = 0;

/** Say that something was done. `undo` takes it back. */
export function say(told: string, undo?: () => void): void {
  show({ id: ++last, told, isBad: false, undo });
}

/** Say what was refused, or what broke; `what` it was about, where the page has gone on since. */
export function complain(error: unknown, what = ""): void {
  if (error instanceof Refused) {
    const told = [what, error.told, error.detail === error.told ? "" : error.detail].filter(Boolean).join(" · ");
    show({ id: ++last, told, isBad: true });
  } else {
    show({ id: ++last, told: `${text("failed")}: ${String(error)}`, isBad: true });
  }
}

/** Run what may be refused; say so if it is. */
export async function attempt<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work;
  } catch (error) {
    complain(error);
    return null;
  }
}

function show(toast: Toast): void {
  document.querySelector<Toasts>("fo-toasts")?.add(toast);
}

@customElement("fo-toasts")
export class Toasts extends Part {
  private toasts: Toast[] = [];

  add(toast: Toast): void {
    this.toasts = [...this.toasts.slice(-3), toast];
    this.requestUpdate();
    window.setTimeout(() => this.drop(toast.id), toast.isBad ? 2 * SHOWN_MS : SHOWN_MS);
  }

  /** Take back the newest thing that can be. */
  undo(): boolean {
    const found = this.toasts.findLast((one) => one.undo);
    if (!found?.undo) return false;
    this.drop(found.id);
    found.undo();
    return true;
  }

  private drop(id: number): void {
    this.toasts = this.toasts.filter((one) => one.id !== id);
    this.requestUpdate();
  }

  override render(): unknown {
    return html`<div class="toasts" role="status" aria-live="polite">
      ${this.toasts.map(
        (one) => html`<div class="toast ${one.isBad ? "bad" : ""}">
          <span>${one.told}</span>
          ${one.undo ? html`<button type="button" @click=${() => this.undo()}>${text("undo")}</button>` : nothing}
          <button type="button" class="plain" aria-label=${text("close")} @click=${() => this.drop(one.id)}>×</button>
        </div>`,
      )}
    </div>`;
  }
}
