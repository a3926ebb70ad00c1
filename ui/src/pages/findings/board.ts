/** The findings: a board of columns by state, or a list of any of them. */

import { html, nothing } from "lit";
import { customElement } from "lit/decorators.js";
import { api, data } from "../../core/api";
import { Keys } from "../../core/keys";
import { Live } from "../../core/live";
import { loadNames, sites } from "../../core/names";
import { Page } from "../../core/page";
import { setQuery } from "../../core/router";
import { person } from "../../core/session";
import type { Listed } from "../../generated/api";
import { choice, toggle } from "../../parts/filters";
import { Paged } from "../../parts/paged";
import { trouble, waiting } from "../../parts/told";
import { text as shell } from "../../texts";
import "../../styles/findings.css";
import { boardOf, COLUMNS, tableOf, type Column } from "./cards";
import { SEVERITIES, severityWord, STATES, stateWord, text, type FindingState, type Severity } from "./texts";

const PER_COLUMN = 50;

@customElement("fo-findings")
export class Findings extends Page {
  private columns: Column[] | null = null;
  private error: unknown = null;
  private mySites: { id: string; name: string }[] = [];
  private turn = 0;
  private asked = location.search;
  private readonly list = new Paged<Listed>(this, async (cursor) =>
    // The list asks as soon as it is there, though the board may be shown.
    this.isList ? this.ask((this.query.get("state") || null) as FindingState | null, cursor) : { items: [], cursor: null },
  );

  readonly keyboard = new Keys(this, () => [
    { keys: ["j", "ArrowDown"], told: () => text("k_next"), run: () => this.walk(0, 1) },
    { keys: ["k", "ArrowUp"], told: () => text("k_previous"), run: () => this.walk(0, -1) },
    ...(this.isList
      ? []
      : [
          { keys: ["h", "ArrowLeft"], told: () => text("k_left"), run: () => this.walk(-1, 0) },
          { keys: ["l", "ArrowRight"], told: () => text("k_right"), run: () => this.walk(1, 0) },
        ]),
    { keys: ["Enter"], told: () => text("k_open"), run: () => this.walk(0, 0) },
    { keys: ["v"], told: () => text("k_view"), run: () => this.show(this.isList ? null : "list") },
    { keys: ["o"], told: () => text("k_overdue"), run: () => setQuery({ overdue: this.query.get("overdue") ? null : "true" }) },
  ]);
  readonly live = new Live(this, ["finding"], () => void this.load());

  override connectedCallback(): void {
    super.connectedCallback();
    void this.load();
  }

  override heading(): string {
    return text("findings");
  }

  override onQuery(): void {
    if (location.search !== this.asked) void this.load();
    this.requestUpdate();
  }

  private get isList(): boolean {
    return this.query.get("view") === "list";
  }

  private ask(state: FindingState | null, cursor = ""): Promise<{ items: Listed[]; cursor: string | null }> {
    const query = {
      state,
      site: this.query.get("site") || null,
      severity: (this.query.get("severity") || null) as Severity | null,
      owner: this.query.get("owner") === "me" ? person().id : null,
      overdue: this.query.get("overdue") === "true",
      cursor,
      limit: PER_COLUMN,
    };
    return data(api.GET("/api/v1/findings", { params: { query } }));
  }

  private async load(): Promise<void> {
    const turn = ++this.turn;
    const isOther = this.asked !== location.search;
    this.asked = location.search;
    try {
      if (!this.mySites.length) [this.mySites] = await Promise.all([sites(), loadNames()]);
      if (this.isList) {
        await (isOther ? this.list.reload() : this.list.refresh());
        return;
      }
      const columns = await Promise.all(COLUMNS.map((one) => this.column(one)));
      if (turn !== this.turn) return;
      this.columns = columns;
      this.error = null;
    } catch (error) {
      if (turn === this.turn) this.error = error;
    }
    this.requestUpdate();
  }

  private async column(kind: (typeof COLUMNS)[number]): Promise<Column> {
    const pages = await Promise.all(kind.states.map((state) => this.ask(state)));
    return {
      ...kind,
      items: pages.flatMap((one) => one.items).sort(byUrgency),
      hasMore: pages.some((one) => one.cursor !== null),
    };
  }

  private show(view: string | null): void {
    setQuery({ view, state: null });
  }

  /** Move the focus over the cards; without a step, open the one that has it. */
  private walk(aside: number, down: number): void {
    const columns = [...this.querySelectorAll(".findings-column, .findings-table")].map((one) => [...one.querySelectorAll<HTMLElement>("a.findings-open")]);
    const filled = columns.filter((one) => one.length);
    const x = filled.findIndex((one) => one.includes(document.activeElement as HTMLElement));
    if (x < 0) {
      filled[0]?.[0]?.focus();
      return;
    }
    const y = (filled[x] ?? []).indexOf(document.activeElement as HTMLElement);
    const column = filled[Math.min(Math.max(x + aside, 0), filled.length - 1)] ?? [];
    column[Math.min(Math.max(y + down, 0), column.length - 1)]?.focus();
  }

  override render(): unknown {
    return html`<div class="split findings-head">
        <h1>${this.heading()}</h1>
        <div class="findings-switch" role="group" aria-label=${text("view")}>
          ${([null, "list"] as const).map(
            (view) => html`<button type="button" aria-pressed=${this.isList === (view === "list")} @click=${() => this.show(view)}>${text(view ?? "board")}</button>`,
          )}
        </div>
      </div>
      ${this.filters()} ${this.body()}`;
  }

  private filters(): unknown {
    return html`<div class="filters">
      ${choice("site", text("site"), [{ value: "", label: shell("allSites") }, ...this.mySites.map((one) => ({ value: one.id, label: one.name }))])}
      ${this.isList
        ? choice("state", text("state"), [{ value: "", label: shell("all") }, ...STATES.map((one) => ({ value: one, label: stateWord(one) }))])
        : nothing}
      ${choice("severity", text("severity"), [{ value: "", label: shell("all") }, ...SEVERITIES.map((one) => ({ value: one, label: severityWord(one) }))])}
      ${choice("owner", text("owner"), [{ value: "", label: text("anybody") }, { value: "me", label: text("mine") }])}
      ${toggle("overdue", text("overdueOnly"))}
    </div>`;
  }

  private body(): unknown {
    if (this.error) return trouble(this.error, () => void this.load());
    if (this.isList) return this.list.render((items) => tableOf(items), text("nothing"));
    return this.columns ? boardOf(this.columns) : waiting();
  }
}

/** What is overdue first, then what is due next. */
function byUrgency(one: Listed, other: Listed): number {
  if (one.is_overdue !== other.is_overdue) return one.is_overdue ? -1 : 1;
  return dueMs(one) - dueMs(other);
}

function dueMs(listed: Listed): number {
  const by = listed.finding.body["deadline"];
  return typeof by === "string" ? new Date(by).getTime() : Infinity;
}
