/** Hot spots: areas by what went wrong there, darker where it is more. */

import { html, nothing, type TemplateResult } from "lit";
import { number } from "../../core/format";
import type { AreaSum } from "../../generated/api";
import { empty } from "../../parts/told";
import { text } from "./texts";

const COLUMNS = ["failed", "share", "findings", "repeats", "complaints", "failedBefore"] as const;
/** Shades of a cell, from nothing to the most. */
const SHADES = 5;

export function areaTable(found: AreaSum[], open: (area: AreaSum) => void): TemplateResult {
  if (!found.length) return empty(text("noHot"));
  const most = Object.fromEntries(COLUMNS.map((column) => [column, Math.max(...found.map((one) => valueOf(one, column)))]));
  const cell = (one: AreaSum, column: (typeof COLUMNS)[number]): unknown => {
    const value = valueOf(one, column);
    const shade = value && most[column] ? Math.ceil((SHADES * value) / most[column]) : 0;
    const said = column === "share" ? (one.answered ? `${number(value)} %` : "—") : number(value, 0);
    return html`<td class="number assess-heat-${column === "failedBefore" ? 0 : shade}">${said}</td>`;
  };
  return html`<div class="scroll" role="group" tabindex="0" aria-label=${text("hot")}><table class="assess-areas">
    <thead><tr><th scope="col">${text("area")}</th>${COLUMNS.map((one) => html`<th scope="col" class="number">${text(one)}</th>`)}</tr></thead>
    <tbody>${found.map((one) => html`<tr><th scope="row">${nameCell(one, open)}<span class="muted small">${one.site_name}</span></th>
      ${COLUMNS.map((column) => cell(one, column))}</tr>`)}</tbody>
  </table></div>`;
}

function nameCell(one: AreaSum, open: (area: AreaSum) => void): unknown {
  const area = one.area_name || text("wholeSite");
  if (!one.walks.length) return html`<span>${area}</span>`;
  return html`<button type="button" class="plain chart-cell" aria-label=${text("openArea", { area })} @click=${() => open(one)}>${area}</button>${nothing}`;
}

function valueOf(one: AreaSum, column: (typeof COLUMNS)[number]): number {
  if (column === "share") return one.answered ? (100 * one.failed) / one.answered : 0;
  return column === "failedBefore" ? one.failed_before : one[column];
}
