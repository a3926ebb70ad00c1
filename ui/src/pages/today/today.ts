/** The day at one look: what must be done now, what is late, under way, owed, and what does not work. */

import { html, nothing } from "lit";
import { customElement } from "lit/decorators.js";
import { Task } from "@lit/task";
import { api, data } from "../../core/api";
import { now } from "../../core/clock";
import { instant } from "../../core/format";
import { Keys } from "../../core/keys";
import { language } from "../../core/language";
import { Live } from "../../core/live";
import { loadNames } from "../../core/names";
import { Page } from "../../core/page";
import { has } from "../../core/session";
import { go } from "../../core/router";
import type { Today as Day } from "../../generated/api";
import { rowKeys } from "../../parts/rows";
import { shown } from "../../parts/told";
import { text as common } from "../../texts";
import { health, late, rounds, tablets, walks } from "./lists";
import { text } from "./texts";
import { todos, type Todo } from "./todo";
import "../../styles/today.css";

/** Time passes without a change of the log: what was due is late, a worker falls silent. */
const AGAIN_MS = 60_000;
/** In the evening things happen all the time: nobody reads faster than this. */
const NOT_BEFORE_MS = 3_000;
const KEYS = 9;

@customElement("fo-today")
export class Today extends Page {
  private timer = 0;
  private at = now();

  /** The company has no sites yet: nothing can be walked, whatever else is there. */
  private isNew = false;

  private readonly day = new Task(this, {
    task: async () => {
      const [found] = await Promise.all([data(api.GET("/api/v1/today")), loadNames()]);
      const isQuiet = !todos(found).length && has("ops", "administrator");
      this.isNew = isQuiet && !(await data(api.GET("/api/v1/sites", { params: { query: { limit: 1 } } }))).items.length;
      this.at = now();
      return found;
    },
    args: () => [],
  });
  protected readonly live = new Live(this, [], () => this.soon());
  private next = 0;

  readonly keyboard = new Keys(this, () => [
    ...this.waiting.slice(0, KEYS).map((one, index) => ({ keys: [String(index + 1)], told: () => one.told, run: () => this.open(one) })),
    { keys: ["r"], told: () => text("keyReload"), run: () => void this.day.run() },
    ...rowKeys(this, "a.today-todo, a.today-row"),
  ]);

  override connectedCallback(): void {
    super.connectedCallback();
    this.timer = window.setInterval(() => void this.day.run(), AGAIN_MS);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.clearInterval(this.timer);
    window.clearTimeout(this.next);
    this.next = 0;
  }

  /** Ask anew, but not all the time. */
  private soon(): void {
    this.next ||= window.setTimeout(() => {
      this.next = 0;
      void this.day.run();
    }, Math.max(0, this.at + NOT_BEFORE_MS - now()));
  }

  override heading(): string {
    return common("today");
  }

  private get waiting(): Todo[] {
    return this.day.value ? todos(this.day.value) : [];
  }

  override render(): unknown {
    const date = new Intl.DateTimeFormat(language(), { dateStyle: "full" }).format(now());
    return html`<div class="split"><h1>${this.heading()} <span class="muted today-date">${date}</span></h1>
        <span class="muted small">${this.day.value ? text("asOf", { when: instant(this.at) }) : nothing}
          <button type="button" class="plain" @click=${() => void this.day.run()}>${text("reload")}</button></span></div>
      ${shown(this.day, (found) => this.whole(found))}`;
  }

  private whole(found: Day): unknown {
    return html`<section aria-labelledby="today-now"><h2 id="today-now" class="hidden">${text("now")}</h2>${this.now(todos(found))}</section>
      <div class="today-lists">
        <div>${late(found)} ${walks(found)}</div>
        <div>${rounds(found)} ${tablets(found)} ${health(found)}</div>
      </div>`;
  }

  private open(one: Todo): void {
    if (one.path.startsWith("#")) this.querySelector(one.path)?.scrollIntoView();
    else go(one.path);
  }

  private jump(event: Event, one: Todo): void {
    if (!one.path.startsWith("#")) return;
    event.preventDefault();
    this.open(one);
  }

  /** What a new company lacks, in the order in which it is needed. */
  private first(): unknown {
    const step = (told: string, path: string, name: string): unknown => html`<li>${told} <a href=${path}>${name}</a></li>`;
    return html`<div class="card today-first"><p>${text("firstTold")}</p>
      <ol>
        ${step(text("firstSites"), "/sites", common("sites"))} ${step(text("firstChecklists"), "/checklists", common("checklists"))}
        ${has("administrator") ? step(text("firstPeople"), "/people", common("people")) : nothing}
        ${step(text("firstTablets"), "/devices", common("devices"))}
      </ol></div>`;
  }

  private now(waiting: Todo[]): unknown {
    if (this.isNew) return this.first();
    if (!waiting.length) return html`<p class="card today-done">${text("allDone")}</p>`;
    return html`<ol class="today-todos">
      ${waiting.map((one, index) => html`<li><a class="today-todo ${one.tone}" href=${one.path} data-todo=${one.key} @click=${(event: Event) => this.jump(event, one)}>
        <strong>${one.count}</strong><span>${one.told}</span>${index < KEYS ? html`<kbd aria-hidden="true">${index + 1}</kbd>` : nothing}</a></li>`)}
    </ol>`;
  }
}
