/** The same as figures: a row a label, a column a series; each leads where its point does. */

import { html, nothing, type TemplateResult } from "lit";
import type { ChartData, Place } from "./model";
import { told } from "./model";

export function table(chart: ChartData, pick: ((place: Place) => void) | null): TemplateResult {
  const cell = (series: number, label: number): unknown => {
    const point = chart.series[series]?.points[label];
    if (!point || point.value === null) return "—";
    const value = chart.show(point.value);
    const beside = point.beside ? html` <small class="muted">${point.beside}</small>` : nothing;
    if (!pick) return html`${value}${beside}`;
    const name = told(chart, { series, label });
    return html`<button type="button" class="plain chart-cell" aria-label=${name} @click=${() => pick({ series, label })}>${value}</button>${beside}`;
  };
  return html`<div class="scroll" role="group" tabindex="0" aria-label=${chart.title}>
    <table>
      <thead><tr><th scope="col">${chart.across}</th>${chart.series.map((one) => html`<th scope="col" class="number">${one.name}</th>`)}</tr></thead>
      <tbody>${chart.labels.map((label, index) => html`<tr><th scope="row">${label}</th>
        ${chart.series.map((_, series) => html`<td class="number">${cell(series, index)}</td>`)}</tr>`)}</tbody>
    </table>
  </div>`;
}
