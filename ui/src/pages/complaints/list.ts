/** The complaints: by what is due, with what a supervisor narrows them by; a new one is taken down here. */

import { html } from "lit";
import { customElement } from "lit/decorators.js";
import { api, data } from "../../core/api";
import { ago, instant } from "../../core/format";
import { Keys } from "../../core/keys";
import { Live } from "../../core/live";
import { loadNames, nameOf, sites } from "../../core/names";
import { Page } from "../../core/page";
import { go, setQuery } from "../../core/router";
import { has, person } from "../../core/session";
import { word } from "../../core/words";
import type { ComplaintView } from "../../generated/api";
import { Asking } from "../../parts/asking";
import { choice, toggle } from "../../parts/filters";
import { Paged } from "../../parts/paged";
import { say } from "../../parts/toast";
import { text as shell } from "../../texts";
import "../../styles/complaints.css";
import { bodyOf, dueTold, ownerTold, stateBadge, tierBadge } from "./body";
import { takeDown } from "./taking";
import { STAGES, text, TIERS } from "./texts";

@customElement("fo-complaints")
export class Complaints extends Page {
  private mySites: { id: string; name: string }[] = [];
  private asked = location.search;
  private readonly asking = new Asking(this);
  private readonly list = new Paged<ComplaintView>(this, async (cursor) => {
    if (!this.mySites.length) [this.mySites] = await Promise.all([sites(), loadNames()]);
    return data(api.GET("/api/v1/complaints", { params: { query: { ...this.wanted(), cursor } } }));
  });

  readonly live = new Live(this, ["feedback"], () => void this.list.refresh());
  readonly keyboard = new Keys(this, () => [
    { keys: ["j", "ArrowDown"], told: () => text("k_next"), run: () => this.walk(1) },
    { keys: ["k", "ArrowUp"], told: () => text("k_previous"), run: () => this.walk(-1) },
    { keys: ["Enter"], told: () => text("k_open"), run: () => this.walk(0) },
    { keys: ["o"], told: () => text("k_overdue"), run: () => setQuery({ overdue: this.query.get("overdue") ? null : "true" }) },
    ...(this.mayTake ? [{ keys: ["n"], told: () => text("k_new"), run: () => this.take() }] : []),
  ]);

  override heading(): string {
    return text("complaints");
  }

  override onQuery(): void {
    if (location.search !== this.asked) void this.list.reload();
    this.asked = location.search;
    this.requestUpdate();
  }

  private get mayTake(): boolean {
    return has("inspector", "supervisor");
  }

  private wanted() {
    const query = this.query;
    return {
      site: query.get("site") || null,
      state: STAGES.find((one) => one === query.get("state")) ?? null,
      tier: TIERS.find((one) => one === query.get("tier")) ?? null,
      owner: query.get("owner") === "me" ? person().id : null,
      overdue: query.get("overdue") === "true" ? true : null,
      reopened: query.get("reopened") === "true" ? true : null,
    };
  }

  private walk(by: number): void {
    const links = [...this.querySelectorAll<HTMLElement>("a.complaints-open")];
    const now = links.indexOf(document.activeElement as HTMLElement);
    links[now < 0 ? 0 : Math.min(Math.max(now + by, 0), links.length - 1)]?.focus();
  }

  private take(): void {
    this.asking.ask(
      takeDown(this.mySites, (complaint) => {
        say(text("taken"));
        go(`/complaints/${complaint}`);
      }),
    );
  }

  override render(): unknown {
    const all = { value: "", label: shell("all") };
    return html`<div class="split">
        <h1>${this.heading()}</h1>
        ${this.mayTake ? html`<button type="button" @click=${() => this.take()}>${text("takeDown")} <kbd aria-hidden="true">n</kbd></button>` : ""}
      </div>
      <div class="filters">
        ${choice("site", text("site"), [{ value: "", label: shell("allSites") }, ...this.mySites.map((one) => ({ value: one.id, label: one.name }))])}
        ${choice("state", text("state"), [all, ...STAGES.map((one) => ({ value: one, label: word("state", one) }))])}
        ${choice("tier", text("tier"), [all, ...TIERS.map((one) => ({ value: one, label: word("tier", one) }))])}
        ${choice("owner", text("owner"), [{ value: "", label: text("anybody") }, { value: "me", label: text("mine") }])}
        ${toggle("overdue", text("overdueOnly"))} ${toggle("reopened", text("reopenedOnly"))}
      </div>
      ${this.list.render((items) => this.table(items), text("none"))} ${this.asking.render()}`;
  }

  private table(items: ComplaintView[]): unknown {
    return html`<div class="scroll">
      <table class="complaints-table">
        <thead>
          <tr>${(["said", "tier", "state", "owner", "clock", "saidAt"] as const).map((one) => html`<th scope="col">${text(one)}</th>`)}</tr>
        </thead>
        <tbody>
          ${items.map((one) => this.row(one))}
        </tbody>
      </table>
    </div>`;
  }

  private row(view: ComplaintView): unknown {
    const body = bodyOf(view);
    const said = body.clock?.occurred;
    return html`<tr class=${view.overdue?.length ? "overdue" : ""}>
      <td>
        <a class="complaints-open" href="/complaints/${view.record.id}">${body.text || text("noText")}</a>
        <span class="small muted">${[nameOf(view.record.site), nameOf(body.area), body.reference].filter(Boolean).join(" · ")}</span>
      </td>
      <td>${tierBadge(view)}</td>
      <td>${stateBadge(view.record.state)}</td>
      <td>${ownerTold(view)}</td>
      <td>${dueTold(view)}</td>
      <td class="small" title=${instant(said)}>${ago(said)}</td>
    </tr>`;
  }
}
