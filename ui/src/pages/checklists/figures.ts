/** How the items of a checklist do: failures, whether they grow, and what the front line suggests. */

import { html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { Task } from "@lit/task";
import { api, data } from "../../core/api";
import { day, number } from "../../core/format";
import { titled } from "../../core/language";
import { sites } from "../../core/names";
import { Part } from "../../core/page";
import type { ItemStatistics, Statistics } from "../../generated/api";
import { empty, shown } from "../../parts/told";
import { text } from "./texts";

const PERIODS = [["30", "days30"], ["90", "days90"], ["365", "days365"]] as const;
const ORDERS = ["byFailure", "bySuggested", "byOrder"] as const;
const DAY_MS = 86_400_000;

@customElement("fo-item-figures")
export class Figures extends Part {
  @property() key = "";
  @state() private days = "30";
  @state() private site = "";
  @state() private order: (typeof ORDERS)[number] = "byFailure";
  private readonly known = new Task(this, { task: () => sites(), args: () => [] });
  private readonly task = new Task(this, {
    task: ([key, days, site]) => this.load(key, days, site),
    args: () => [this.key, this.days, this.site] as const,
  });

  private load(key: string, days: string, site: string): Promise<Statistics> {
    const since = new Date(Date.now() - (Number(days) - 1) * DAY_MS).toISOString().slice(0, 10);
    const query = { since, ...(site ? { site } : {}) };
    return data(api.GET("/api/v1/checklists/{key}/statistics", { params: { path: { key }, query } }));
  }

  override render(): unknown {
    return html`<div class="filters">
        ${this.choice(text("period"), this.days, PERIODS.map(([value, label]) => [value, text(label)]), (value) => (this.days = value))}
        ${this.choice(text("site"), this.site, [["", text("allSites")], ...(this.known.value ?? []).map((one): [string, string] => [one.id, one.name])], (value) => (this.site = value))}
        ${this.choice(text("order"), this.order, ORDERS.map((one) => [one, text(one)]), (value) => (this.order = value as typeof this.order))}
      </div>
      ${shown(this.task, (found) => this.whole(found))}`;
  }

  private choice(label: string, chosen: string, options: [string, string][], set: (value: string) => void): unknown {
    return html`<label class="filter"><span>${label}</span>
      <select @change=${(event: Event) => set((event.target as HTMLSelectElement).value)}>
        ${options.map(([value, told]) => html`<option value=${value} ?selected=${value === chosen}>${told}</option>`)}
      </select></label>`;
  }

  private whole(found: Statistics): unknown {
    const has = found.walks + found.walks_before > 0 || found.items.some((one) => one.suggested);
    return html`<p class="muted">${day(found.since)} – ${day(found.until)} · ${text("walks", { n: found.walks, before: found.walks_before })}
        ${found.complete ? nothing : text("incomplete")}</p>
      ${has ? this.table(this.sorted(found.items)) : empty(text("noFigures"))}`;
  }

  private sorted(items: ItemStatistics[]): ItemStatistics[] {
    if (this.order === "byOrder") return items;
    const by = (one: ItemStatistics): number => (this.order === "bySuggested" ? one.suggested : Number(one.failed_percent ?? -1));
    return items.toSorted((one, other) => by(other) - by(one));
  }

  private table(items: ItemStatistics[]): unknown {
    return html`<div class="card scroll"><table class="checklists-figures">
      <thead><tr><th>${text("item")}</th><th class="number">${text("answeredCount")}</th><th class="number">${text("failedCount")}</th>
        <th>${text("failedShare")}</th><th>${text("trend")}</th><th class="number">${text("naCount")}</th><th class="number">${text("notAccepted")}</th>
        <th>${text("suggestions")}</th></tr></thead>
      <tbody>${items.map((one) => this.row(one))}</tbody>
    </table></div>`;
  }

  private row(one: ItemStatistics): unknown {
    const trend = Number(one.trend ?? 0);
    return html`<tr>
      <td>${titled(one.titles, one.item)}</td>
      <td class="number">${number(one.answered)}</td>
      <td class="number">${number(one.failed)}</td>
      <td>${one.failed_percent === null
        ? nothing
        : html`<meter class="checklists-share" min="0" max="100" low="5" high="20" optimum="0" value=${one.failed_percent} aria-label=${text("failedShare")}></meter> <span class="number">${number(one.failed_percent)} %</span>`}</td>
      <td>${trend ? html`<span class=${trend > 0 ? "checklists-worse" : "checklists-better"}>${text(trend > 0 ? "up" : "down", { n: number(Math.abs(trend)) })}</span>` : nothing}</td>
      <td class="number">${number(one.not_applicable)}</td>
      <td class="number">${number(one.not_accepted)}</td>
      <td>${one.suggested
        ? html`<details><summary>${text("suggestedBy", { n: one.suggested, people: one.suggesters })}</summary>
            <ul>${one.suggestions.map((said) => html`<li>${said.text} <span class="muted small">${day(said.at)} ${said.version}</span></li>`)}</ul></details>`
        : nothing}</td>
    </tr>`;
  }
}
