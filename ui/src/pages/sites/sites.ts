/** Sites with their areas and maps, and in a second tab the texts that complaints are answered with. */

import { html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { Task } from "@lit/task";
import { api, data } from "../../core/api";
import { Keys } from "../../core/keys";
import { sites } from "../../core/names";
import { Page, Part } from "../../core/page";
import { setQuery } from "../../core/router";
import { isMapKnown, loadMap, mapOf } from "../../parts/map";
import { rowKeys } from "../../parts/rows";
import { complain } from "../../parts/toast";
import { empty, shown, waiting } from "../../parts/told";
import "../../styles/sites.css";
import "./answers";
import "./site";
import { text } from "./texts";

export interface Site {
  id: string;
  name: string;
  areas: string[];
}

const TABS = ["sites", "answers"] as const;

@customElement("fo-sites")
export class Sites extends Page {
  private readonly task = new Task(this, { task: () => load(), args: () => [] });
  readonly keyboard = new Keys(this, () => [
    ...(this.tab === "sites" ? rowKeys(this, ".sites-list a") : []),
    { keys: ["t"], told: () => text("otherTab"), run: () => setQuery({ tab: this.tab === "sites" ? "answers" : null }) },
  ]);

  override heading(): string {
    return text("heading");
  }

  private get tab(): (typeof TABS)[number] {
    return this.query.get("tab") === "answers" ? "answers" : "sites";
  }

  // What was typed into one tab stays while the other is looked at: both are there.
  override render(): unknown {
    return html`<h1>${this.heading()}</h1>
      <div class="tabs">
        ${TABS.map((one) => html`<a href=${one === "sites" ? "/sites" : "/sites?tab=answers"} aria-current=${one === this.tab ? "page" : nothing}>${text(one)}</a>`)}
      </div>
      <div ?hidden=${this.tab !== "sites"}>${shown(this.task, (found) => this.whole(found))}</div>
      <fo-answers ?hidden=${this.tab !== "answers"} .isShown=${this.tab === "answers"}></fo-answers>`;
  }

  private whole(found: Site[]): unknown {
    if (!found.length) return empty(text("none"));
    const wanted = this.query.get("site") ?? (found.length === 1 ? found[0]?.id : null);
    const chosen = found.find((one) => one.id === wanted);
    return html`<div class="sites-halves">
      <section class="card scroll" aria-label=${text("sites")}>
        <table class="sites-list">
          <thead><tr><th>${text("site")}</th><th>${text("map")}</th></tr></thead>
          <tbody>${found.map((one) => row(one, one === chosen))}</tbody>
        </table>
      </section>
      ${chosen ? this.map(chosen) : html`<section class="card">${empty(text("choose"))}</section>`}
    </div>`;
  }

  private map(chosen: Site): unknown {
    if (isMapKnown(chosen.id)) return html`<fo-site-map .site=${chosen} @changed=${() => this.requestUpdate()}></fo-site-map>`;
    void loadMap(chosen.id).then(() => this.requestUpdate(), complain);
    return html`<section class="card">${waiting()}</section>`;
  }
}

/** Whether a site has a map: asked when its row is seen, for an organisation may have a thousand. */
@customElement("fo-map-badge")
export class MapBadge extends Part {
  @property({ attribute: false }) site = "";
  @property({ attribute: false }) isSet = false;
  private readonly sight = new IntersectionObserver((seen) => {
    if (!seen.some((one) => one.isIntersecting)) return;
    this.sight.disconnect();
    // Whoever opens the site is told what is wrong.
    void loadMap(this.site).then(() => this.requestUpdate(), () => undefined);
  });

  override connectedCallback(): void {
    super.connectedCallback();
    this.sight.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.sight.disconnect();
  }

  override render(): unknown {
    if (!isMapKnown(this.site)) return "…";
    const isSet = mapOf(this.site) !== null;
    return html`<span class="badge ${isSet ? "good" : ""}">${text(isSet ? "isSet" : "isMissing")}</span>`;
  }
}

function row(one: Site, isChosen: boolean): unknown {
  return html`<tr class=${isChosen ? "chosen" : ""}>
    <td><a href="/sites?site=${one.id}" aria-current=${isChosen ? "true" : nothing}>${one.name}</a><br />
      <span class="muted small">${one.areas.length ? `${text("areas")}: ${one.areas.join(" · ")}` : text("noAreas")}</span></td>
    <td><fo-map-badge .site=${one.id} .isSet=${mapOf(one.id) !== null}></fo-map-badge></td>
  </tr>`;
}

/** The sites by name, each with its areas. */
async function load(): Promise<Site[]> {
  const [all, areas] = await Promise.all([sites(), areasOf()]);
  return all.map((one) => ({ ...one, areas: (areas.get(one.id) ?? []).sort((a, b) => a.localeCompare(b)) }));
}

async function areasOf(): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>();
  let cursor: string | null = "";
  while (cursor !== null) {
    const page: { items: { site?: string | null; body: Record<string, unknown> }[]; cursor: string | null } = await data(
      api.GET("/api/v1/areas", { params: { query: { cursor, limit: 200 } } }),
    );
    for (const one of page.items) {
      const site = one.site ?? "";
      found.set(site, [...(found.get(site) ?? []), String(one.body["name"] ?? "")]);
    }
    cursor = page.cursor;
  }
  return found;
}
