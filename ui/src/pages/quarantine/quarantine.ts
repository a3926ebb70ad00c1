/** The quarantine: what could not take effect, one by one with its text, and what can be done. */

import { Task } from "@lit/task";
import { html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { api, data } from "../../core/api";
import { ago, instant, short } from "../../core/format";
import { Keys } from "../../core/keys";
import { titled } from "../../core/language";
import { Live } from "../../core/live";
import { loadNames, nameOf, sites } from "../../core/names";
import { Page } from "../../core/page";
import { setQuery } from "../../core/router";
import type { QuarantineItem, QuarantineView } from "../../generated/api";
import { Asking } from "../../parts/asking";
import { choice } from "../../parts/filters";
import { Paged } from "../../parts/paged";
import { attempt, say } from "../../parts/toast";
import { shown } from "../../parts/told";
import { text as shell } from "../../texts";
import "../../styles/quarantine.css";
import "./editor";
import type { Editor } from "./editor";
import { faultAt, marked, readable } from "./place";
import { REASON_KEYS, reasonWord, STATES, text } from "./texts";

@customElement("fo-quarantine")
export class Quarantine extends Page {
  private mySites: { id: string; name: string }[] = [];
  @state() private marks = new Set<string>();
  private asked = location.search;
  private readonly asking = new Asking(this);
  private readonly list = new Paged<QuarantineView>(this, async (cursor) => {
    if (!this.mySites.length) [this.mySites] = await Promise.all([sites(), loadNames()]);
    const query = { state: this.isIn, reason: this.query.get("reason") ?? "", site: this.query.get("site") || null, cursor };
    return data(api.GET("/api/v1/quarantine", { params: { query } }));
  });
  private readonly one = new Task(this, {
    args: () => [this.query.get("op") ?? ""] as const,
    task: async ([op]) => (op ? data(api.GET("/api/v1/quarantine/{op}", { params: { path: { op } } })) : null),
  });

  readonly live = new Live(this, [], () => void this.news());
  readonly keyboard = new Keys(this, () => [
    { keys: ["j", "ArrowDown"], told: () => text("k_next"), run: () => this.move(1) },
    { keys: ["k", "ArrowUp"], told: () => text("k_previous"), run: () => this.move(-1) },
    ...(this.isIn === "open"
      ? [
          { keys: ["x"], told: () => text("k_mark"), run: () => this.mark(this.current) },
          { keys: ["r"], told: () => text("k_replay"), run: () => void this.replay() },
          { keys: ["R"], told: () => text("k_replayMarked"), run: () => void this.replayMarked() },
          { keys: ["e"], told: () => text("k_edit"), run: () => this.querySelector<Editor>("fo-quarantine-editor")?.focusText() },
          { keys: ["d"], told: () => text("k_discard"), run: () => this.discard() },
        ]
      : []),
  ]);

  override heading(): string {
    return text("quarantine");
  }

  override onQuery(): void {
    const filters = (search: string): string => {
      const query = new URLSearchParams(search);
      query.delete("op");
      return query.toString();
    };
    const isOther = filters(location.search) !== filters(this.asked);
    this.asked = location.search;
    if (isOther) {
      this.marks = new Set();
      void this.list.reload().then(() => setQuery({ op: null }));
    }
    this.requestUpdate();
  }

  /** What is looked at stays it, though others come before it: the first of the list at first. */
  protected override updated(): void {
    super.updated();
    const [first] = this.list.items;
    if (first && !this.query.has("op")) setQuery({ op: first.op });
  }

  /** Something happened; perhaps somebody else has settled what is looked at. */
  private async news(): Promise<void> {
    const before = this.current;
    await this.list.refresh();
    if (!before || this.current || before.op !== this.query.get("op")) return;
    say(text("meanwhile"));
    await this.one.run();
  }

  private get isIn(): (typeof STATES)[number] {
    return STATES.find((one) => one === this.query.get("state")) ?? "open";
  }

  private get current(): QuarantineView | undefined {
    const op = this.query.get("op");
    return this.list.items.find((one) => one.op === op);
  }

  private move(by: number): void {
    const items = this.list.items;
    const now = this.current ? items.indexOf(this.current) : -1;
    const next = items[Math.min(Math.max(now + by, 0), items.length - 1)];
    if (next) setQuery({ op: next.op });
  }

  private mark(one: QuarantineView | undefined): void {
    if (!one) return;
    const marks = new Set(this.marks);
    if (!marks.delete(one.op)) marks.add(one.op);
    this.marks = marks;
  }

  private async settled(told: string): Promise<void> {
    say(told);
    const items = this.list.items;
    const next = this.current ? items[items.indexOf(this.current) + 1] : undefined;
    await this.list.refresh();
    setQuery({ op: next?.op ?? null });
  }

  private async replay(): Promise<void> {
    const op = this.current?.op;
    if (!op) return;
    const receipt = await attempt(data(api.POST("/api/v1/quarantine/{op}/replay", { params: { path: { op } } })));
    if (receipt) await this.settled(text("replayed", { n: 1 }));
  }

  private async replayMarked(): Promise<void> {
    const ops = [...this.marks];
    if (!ops.length) return;
    const done = await attempt(data(api.POST("/api/v1/quarantine/replay", { body: { ops } })));
    if (!done) return;
    const n = done.receipts.filter(Boolean).length;
    this.marks = new Set();
    await this.settled(n === ops.length ? text("replayed", { n }) : text("replayedSome", { n, m: ops.length - n }));
  }

  private discard(): void {
    const op = this.current?.op;
    if (!op) return;
    this.asking.ask({
      title: text("discardTitle"),
      fields: [{ name: "reason", label: text("why"), kind: "words", isRequired: true }],
      done: text("discard"),
      isBad: true,
      run: async (said) => {
        await data(api.POST("/api/v1/quarantine/{op}/discard", { params: { path: { op } }, body: { reason: said["reason"] ?? "" } }));
        await this.settled(text("done"));
      },
    });
  }

  override render(): unknown {
    return html`<h1>${this.heading()}</h1>
      <p class="muted">${text("intro")}</p>
      <div class="filters">
        ${choice("state", text("state"), STATES.map((one) => ({ value: one === "open" ? "" : one, label: text(`s_${one}`) })))}
        ${choice("reason", text("reason"), [{ value: "", label: shell("all") }, ...REASON_KEYS.map((one) => ({ value: one, label: reasonWord(one) }))])}
        ${choice("site", text("site"), [{ value: "", label: shell("allSites") }, ...this.mySites.map((one) => ({ value: one.id, label: one.name }))])}
      </div>
      ${this.list.render((items) => this.whole(items), text("none"))} ${this.asking.render()}`;
  }

  private whole(items: QuarantineView[]): unknown {
    return html`<div class="quarantine-page">
      <nav aria-label=${text("list")}>
        ${this.isIn === "open" ? this.bulk(items) : nothing}
        <ul>
          ${items.map((one) => html`<li>${this.row(one)}</li>`)}
        </ul>
      </nav>
      <div class="card quarantine-large">${shown(this.one, (item) => (item ? this.large(item) : nothing))}</div>
    </div>`;
  }

  private bulk(items: QuarantineView[]): unknown {
    const isAll = items.every((one) => this.marks.has(one.op));
    return html`<div class="split quarantine-bulk">
      <label class="filter check"><input type="checkbox" .checked=${isAll} @change=${() => (this.marks = new Set(isAll ? [] : items.map((one) => one.op)))} />
        <span>${text("markAll")}</span></label>
      <button type="button" ?disabled=${!this.marks.size} @click=${() => void this.replayMarked()}>${text("replayMarked", { n: this.marks.size })} <kbd aria-hidden="true">R</kbd></button>
    </div>`;
  }

  private row(one: QuarantineView): unknown {
    const what = `${one.type || "?"} · ${reasonWord(one.reason)}`;
    return html`<div class="quarantine-row" aria-current=${one === this.current ? "true" : nothing}>
      ${this.isIn === "open"
        ? html`<input type="checkbox" aria-label=${text("mark", { what })} .checked=${this.marks.has(one.op)} @change=${() => this.mark(one)} />`
        : nothing}
      <button type="button" class="plain" @click=${() => setQuery({ op: one.op })}>
        <strong>${reasonWord(one.reason)}</strong>
        <code>${one.type || "?"}</code>
        <span class="small muted">${one.site ? nameOf(one.site) : text("noSite")} · ${ago(one.received_ms)}</span>
      </button>
    </div>`;
  }

  private large({ item, raw, receipt, schema }: QuarantineItem): unknown {
    const whole = { item, raw, receipt, schema };
    const detail = titled(receipt.problem?.details, item.detail);
    return html`<div class="split">
        <h2>${reasonWord(item.reason)}</h2>
        <span class="badge ${item.state === "open" ? "warn" : ""}">${text(`s_${item.state as (typeof STATES)[number]}`)}</span>
      </div>
      <div class="trouble">
        <strong>${titled(receipt.problem?.titles, text("detail"))}</strong>
        ${detail ? html`<p>${detail}</p>` : nothing}
      </div>
      <dl class="pairs">
        <dt>${text("type")}</dt><dd><code>${item.type || "?"}</code></dd>
        <dt>${text("site")}</dt><dd>${item.site ? nameOf(item.site) : text("noSite")}</dd>
        <dt>${text("device")}</dt><dd><code>${short(item.device)}</code></dd>
        <dt>${text("received")}</dt><dd>${instant(item.received_ms)}</dd>
        ${item.note ? html`<dt>${text("note")}</dt><dd>${item.note}</dd>` : nothing}
      </dl>
      ${item.state === "open"
        ? html`<div class="actions quarantine-actions">
              <button type="button" @click=${() => void this.replay()}>${text("replay")} <kbd aria-hidden="true">r</kbd></button>
              <button type="button" class="bad" @click=${() => this.discard()}>${text("discard")} <kbd aria-hidden="true">d</kbd></button>
            </div>
            <fo-quarantine-editor .item=${whole} .done=${() => void this.settled(text("done"))}></fo-quarantine-editor>`
        : nothing}
      <details ?open=${item.state !== "open"}>
        <summary>${text("raw")}</summary>
        <pre>${marked(readable(raw), faultAt(item.detail))}</pre>
      </details>`;
  }
}
