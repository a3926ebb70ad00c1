/** What waits for review, the riskiest first, then what has waited longest. */

import { html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { api, data } from "../../core/api";
import { ago, instant, number } from "../../core/format";
import { Keys } from "../../core/keys";
import { titled } from "../../core/language";
import { Live } from "../../core/live";
import { loadNames, nameOf, sites } from "../../core/names";
import { Page } from "../../core/page";
import { go } from "../../core/router";
import type { ReviewqueueEntry as Entry } from "../../generated/api";
import { choice } from "../../parts/filters";
import { Paged } from "../../parts/paged";
import { text as shared } from "../../texts";
import { noteText } from "./notes";
import { stateText, text } from "./texts";
import { riskTone } from "./walk";
import "../../styles/review.css";

@customElement("fo-review")
export class Review extends Page {
  @state() private chosen = 0;
  @state() private waiting: number | null = null;
  private sites: { id: string; name: string }[] = [];
  private checklists: Record<string, Record<string, string>> = {};

  private readonly list = new Paged<Entry>(this, (cursor) => this.ask(cursor));

  readonly keyboard = new Keys(this, () => [
    { keys: ["j", "ArrowDown"], told: () => text("keyNext"), run: () => this.choose(this.chosen + 1) },
    { keys: ["k", "ArrowUp"], told: () => text("keyPrevious"), run: () => this.choose(this.chosen - 1) },
    { keys: ["Enter"], told: () => text("keyOpen"), run: () => this.open() },
  ]);
  readonly live = new Live(this, ["inspection", "photo"], () => void this.list.refresh());

  override heading(): string {
    return text("review");
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void this.prepare();
  }

  private async prepare(): Promise<void> {
    [this.sites] = await Promise.all([sites(), loadNames()]);
    this.requestUpdate();
  }

  private async ask(cursor: string): Promise<{ items: Entry[]; cursor: string | null }> {
    const query = { cursor, limit: 50, ...this.narrowed() };
    const page = await data(api.GET("/api/v1/review", { params: { query } }));
    this.waiting = page.waiting;
    this.checklists = page.checklists;
    return { items: page.inspections, cursor: page.cursor };
  }

  private narrowed(): { site?: string; checklist?: string } {
    const { query } = this;
    const [site, checklist] = [query.get("site"), query.get("checklist")];
    return { ...(site ? { site } : {}), ...(checklist ? { checklist } : {}) };
  }

  override onQuery(): void {
    this.chosen = 0;
    void this.list.reload();
  }

  private choose(row: number): void {
    this.chosen = Math.max(0, Math.min(row, this.list.items.length - 1));
    if (this.chosen >= this.list.items.length - 3) void this.list.more();
    void this.updateComplete.then(() => this.querySelector<HTMLElement>("tr.chosen a")?.focus());
  }

  private open(): void {
    const one = this.list.items[this.chosen];
    if (one) go(`/inspections/${one.inspection}${location.search}`);
  }

  override render(): unknown {
    return html`<div class="split">
        <h1>${this.heading()}</h1>
        <p class="muted" role="status">${this.waiting === null ? nothing : text("waiting", { n: this.waiting })} · ${text("keyHint")}</p>
      </div>
      <div class="filters">
        ${choice("site", shared("site"), [{ value: "", label: shared("allSites") }, ...this.sites.map((one) => ({ value: one.id, label: one.name }))])}
        ${choice("checklist", text("checklist"), [
          { value: "", label: text("allChecklists") },
          ...Object.entries(this.checklists).map(([value, titles]) => ({ value, label: titled(titles, value) })),
        ])}
      </div>
      ${this.list.render((items) => this.table(items), text("none"))}`;
  }

  private table(items: Entry[]): unknown {
    return html`<div class="card scroll"><table class="review-queue">
      <thead><tr>
        <th scope="col" class="number">${text("risk")}</th><th scope="col">${text("where")}</th><th scope="col">${text("checklist")}</th>
        <th scope="col">${text("notes")}</th><th scope="col" class="number">${text("photos")}</th>
        <th scope="col" class="number">${text("score")}</th><th scope="col">${text("inspector")}</th><th scope="col">${text("state")}</th><th scope="col">${text("since")}</th>
      </tr></thead>
      <tbody>${items.map((one, row) => this.row(one, row))}</tbody>
    </table></div>`;
  }

  private row(one: Entry, row: number): unknown {
    const owed = one.photos_announced - one.photos_stored;
    const unjudged = one.photos_stored - one.photos_judged;
    return html`<tr class=${row === this.chosen ? "chosen" : ""} @click=${(event: Event) => this.clicked(event, row)}>
      <td class="number"><span class="badge ${riskTone(one.risk)}">${one.risk}</span></td>
      <td><a href=${`/inspections/${one.inspection}${location.search}`}><strong>${nameOf(one.site)}</strong></a>
        ${one.area ? html`<span class="muted small review-area">${nameOf(one.area)}</span>` : nothing}</td>
      <td>${titled(one.titles, one.checklist)}</td>
      <td>${Object.entries(one.notes).map(([code, count]) => html`<span class="badge warn">${noteText(code)}${count > 1 ? ` ×${count}` : ""}</span> `)}</td>
      <td class="number">${text("ofPhotos", { here: one.photos_stored, all: one.photos_announced })}
        ${owed > 0 ? html`<span class="badge warn">${text("owed", { n: owed })}</span>` : nothing}
        ${unjudged > 0 ? html`<span class="muted small">${text("unjudged", { n: unjudged })}</span>` : nothing}</td>
      <td class="number">${number(one.score)}</td>
      <td>${nameOf(one.owner)}</td>
      <td><span class="badge">${stateText(one.state)}</span></td>
      <td title=${instant(one.since)}>${ago(one.since)}</td>
    </tr>`;
  }

  private clicked(event: Event, row: number): void {
    if (event.target instanceof Element && event.target.closest("a")) return;
    this.chosen = row;
    this.open();
  }
}
