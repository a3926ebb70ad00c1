/** A finding as a card of the board and as a row of the list. */

import { html, nothing, type TemplateResult } from "lit";
import { ago, instant } from "../../core/format";
import { nameOf } from "../../core/names";
import type { Listed } from "../../generated/api";
import { bodyOf, deadlineTold, nameOfFinding, ownerOf, severityBadge, stateBadge } from "./body";
import { stateWord, text, type FindingState } from "./texts";

export interface Column {
  key: string;
  states: FindingState[];
  told: () => string;
  items: Listed[];
  hasMore: boolean;
}

/** The columns of the board: what has to be done next, from left to right. */
export const COLUMNS: Omit<Column, "items" | "hasMore">[] = [
  { key: "open", states: ["open"], told: () => stateWord("open") },
  { key: "assigned", states: ["assigned"], told: () => stateWord("assigned") },
  { key: "again", states: ["again"], told: () => stateWord("again") },
  { key: "rectified", states: ["rectified"], told: () => stateWord("rectified") },
  { key: "stopped", states: ["paused", "appealed", "contested"], told: () => text("stopped") },
];

export function boardOf(columns: Column[]): TemplateResult {
  return html`<div class="findings-board">
    ${columns.map(
      (one) => html`<section class="findings-column ${one.items.length ? "" : "bare"}" aria-labelledby="column-${one.key}">
        <h2 id="column-${one.key}"><span>${one.told()}</span> <span class="muted number">${one.items.length}${one.hasMore ? "+" : ""}</span></h2>
        ${one.items.length
          ? html`<ul>${one.items.map((item) => html`<li>${card(item, one.states.length > 1)}</li>`)}</ul>`
          : html`<p class="muted small">${text("columnEmpty")}</p>`}
        ${one.hasMore ? html`<p class="small"><a href="/findings?view=list&state=${one.states[0]}">${text("columnMore")}</a></p>` : nothing}
      </section>`,
    )}
  </div>`;
}

function card(listed: Listed, hasState: boolean): TemplateResult {
  const body = bodyOf(listed);
  return html`<a class="findings-card findings-open ${listed.is_overdue ? "overdue" : ""}" href="/findings/${listed.finding.id}">
    <strong>${nameOfFinding(body)}</strong>
    <span class="small muted">${place(listed)}</span>
    <span class="findings-marks">
      ${severityBadge(body.severity)} ${hasState ? stateBadge(listed.finding.state) : nothing} ${repeated(listed)}
    </span>
    <span class="findings-foot small">
      <span>${ownerOf(body) || html`<span class="muted">${text("nobody")}</span>`}</span>
      ${deadlineTold(listed)}
    </span>
  </a>`;
}

export function place(listed: Listed): string {
  return [nameOf(listed.finding.site), nameOf(bodyOf(listed).area)].filter(Boolean).join(" · ");
}

export function repeated(listed: Listed): unknown {
  const times = bodyOf(listed).repeats ?? 1;
  return times > 1 ? html`<span class="badge warn">${text("repeats", { n: times })}</span>` : nothing;
}

export function tableOf(items: Listed[]): TemplateResult {
  return html`<div class="scroll">
    <table class="findings-table">
      <thead>
        <tr>
          ${(["about", "severity", "state", "owner", "deadline", "raised"] as const).map((one) => html`<th scope="col">${text(one)}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${items.map((one) => row(one))}
      </tbody>
    </table>
  </div>`;
}

function row(listed: Listed): TemplateResult {
  const body = bodyOf(listed);
  return html`<tr>
    <td><a class="findings-open" href="/findings/${listed.finding.id}">${nameOfFinding(body)}</a><br /><span class="small muted">${place(listed)}</span> ${repeated(listed)}</td>
    <td>${severityBadge(body.severity)}</td>
    <td>${stateBadge(listed.finding.state)}</td>
    <td>${ownerOf(body) || html`<span class="muted">${text("nobody")}</span>`}</td>
    <td>${deadlineTold(listed)}</td>
    <td class="small" title=${instant(listed.raised_at)}>${ago(listed.raised_at)}</td>
  </tr>`;
}
