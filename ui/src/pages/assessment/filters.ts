/** Which period, site, team or person, and who looked. */

import { html, nothing, type TemplateResult } from "lit";
import { setQuery } from "../../core/router";
import type { Ranking } from "../../generated/api";
import { choice } from "../../parts/filters";
import { text as common } from "../../texts";
import type { Asked } from "./asked";
import { bounds, isPeriod, iso, moved, periodOf, told, unitOf, type Unit } from "./period";
import { text } from "./texts";

/** How many periods back can be chosen at once. */
const BACK: Record<Unit, number> = { month: 24, quarter: 12, year: 5, days: 0 };

export interface Names {
  sites: { id: string; name: string }[];
  teams: Ranking;
  people: Ranking;
}

export function filters(asked: Asked, names: Names | undefined, complain: (told: string) => void): TemplateResult {
  const unit = unitOf(asked.period);
  const set = (period: string): void => setQuery({ period });
  return html`<div class="filters assess-filters">
    <label class="filter"><span>${text("unit")}</span><select name="unit" @change=${(event: Event) => set(periodOf((event.target as HTMLSelectElement).value as Unit, bounds(asked.period).last))}>
      ${(["month", "quarter", "year", "days"] as const).map((one) => html`<option value=${one} ?selected=${one === unit}>${text(one)}</option>`)}</select></label>
    <button type="button" aria-label=${text("before")} title=${text("before")} @click=${() => set(moved(asked.period, -1))}>‹</button>
    ${unit === "days" ? own(asked, set, complain) : chosen(asked, unit, set)}
    <button type="button" aria-label=${text("after")} title=${text("after")} @click=${() => set(moved(asked.period, 1))}>›</button>
    ${choice("site", common("site"), [{ value: "", label: common("allSites") }, ...(names?.sites ?? []).map((one) => ({ value: one.id, label: one.name }))])}
    ${who(asked, names)}
    ${choice("source", text("source"), [{ value: "", label: text("own") }, { value: "third-party", label: text("thirdParty") }])}
    <button type="button" class="assess-print" @click=${() => window.print()}>${text("print")}</button>
  </div>`;
}

function chosen(asked: Asked, unit: Unit, set: (period: string) => void): TemplateResult {
  const now = periodOf(unit);
  const listed = Array.from({ length: BACK[unit] }, (_, index) => moved(now, -index));
  const all = listed.includes(asked.period) ? listed : [asked.period, ...listed];
  return html`<label class="filter"><span>${text("period")}</span><select name="period" @change=${(event: Event) => set((event.target as HTMLSelectElement).value)}>
    ${all.map((one) => html`<option value=${one} ?selected=${one === asked.period}>${told(one)}</option>`)}</select></label>`;
}

function own(asked: Asked, set: (period: string) => void, complain: (told: string) => void): TemplateResult {
  const { first, last } = bounds(asked.period);
  const change = (event: Event): void => {
    const box = (event.target as HTMLElement).closest(".assess-days");
    const days = [...(box?.querySelectorAll("input") ?? [])].map((one) => one.value);
    const period = days.join("..");
    if (isPeriod(period)) set(period);
    else complain(text("badDays"));
  };
  const field = (name: string, value: Date): unknown =>
    html`<label class="filter"><span>${name}</span><input type="date" .value=${iso(value)} @change=${change} /></label>`;
  return html`<span class="assess-days">${field(text("from"), first)}${field(text("to"), last)}</span>`;
}

/** One team or one person; both lists are those who have cases in the period. */
function who(asked: Asked, names: Names | undefined): TemplateResult {
  const now = asked.team ? `team:${asked.team}` : asked.person ? `person:${asked.person}` : "";
  const options = (kind: "team" | "person", found: Ranking | undefined): unknown =>
    found?.items.length
      ? html`<optgroup label=${text(kind === "team" ? "teams" : "people")}>${found.items.map(
          (one) => html`<option value="${kind}:${one.id}" ?selected=${`${kind}:${one.id}` === now}>${one.name}</option>`)}</optgroup>`
      : nothing;
  const set = (event: Event): void => {
    const [kind, ...rest] = (event.target as HTMLSelectElement).value.split(":");
    const id = rest.join(":") || null;
    setQuery({ team: kind === "team" ? id : null, person: kind === "person" ? id : null });
  };
  return html`<label class="filter"><span>${text("who")}</span><select name="who" @change=${set}>
    <option value="">${text("everybody")}</option>${options("team", names?.teams)}${options("person", names?.people)}</select></label>`;
}
