/** What a page shows while it waits, when something went wrong, and where there is nothing. */

import { html, nothing, type TemplateResult } from "lit";
import type { Task } from "@lit/task";
import { Refused } from "../core/api";
import { language } from "../core/language";
import { text } from "../texts";

/** The result of a task, or why there is none yet. The last result stays while the next is loading. */
export function shown<T>(task: Task<readonly unknown[], T>, render: (value: T) => unknown): unknown {
  return task.render({
    initial: waiting,
    pending: () => (task.value === undefined ? waiting() : render(task.value)),
    complete: render,
    error: (error) => trouble(error, () => void task.run()),
  });
}

export function waiting(): TemplateResult {
  return html`<p class="waiting" role="status">${text("loading")}</p>`;
}

/** A problem, in words, with what can be done about it. */
export function trouble(error: unknown, again?: () => void): TemplateResult {
  const told = error instanceof Refused ? error.told : text("failed");
  const detail = error instanceof Refused ? error.detail : String(error);
  const isOver = error instanceof Refused && error.status === 401;
  return html`<div class="trouble" role="alert">
    <strong>${told}</strong>${detail && detail !== told ? html`<p>${detail}</p>` : nothing}
    ${isOver ? html`<a class="button" href=${`/signin?lang=${language()}`} target="_blank">${text("signIn")}</a>` : nothing}
    ${again ? html`<button type="button" @click=${again}>${text("again")}</button>` : nothing}
  </div>`;
}

export function empty(why: string = text("none")): TemplateResult {
  return html`<p class="empty">${why}</p>`;
}
