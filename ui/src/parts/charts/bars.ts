/** A bar a label, under one another: names may be long, each row is a button that leads on. */

import { html, nothing, svg, type TemplateResult } from "lit";
import type { ChartData, Place } from "./model";

export function bars(chart: ChartData, pick: ((place: Place) => void) | null): TemplateResult {
  const share = (value: number): number => (100 * (value - chart.low)) / (chart.high - chart.low || 1);
  const rows = chart.labels.map((label, index) => {
    const point = chart.series[0]?.points[index];
    const place = { series: 0, label: index };
    const value = point?.value ?? null;
    return html`<li><button type="button" class="chart-row" ?disabled=${!pick} @click=${() => pick?.(place)}>
      <span class="chart-label">${label}${point?.beside ? html`<small class="muted">${point.beside}</small>` : nothing}</span>
      <svg class="chart-bar chart-s1" height="14" aria-hidden="true" preserveAspectRatio="none">
        <rect class="chart-track" width="100%" height="14" rx="3"></rect>
        ${value === null ? nothing : svg`<rect class="chart-fill" width="${Math.max(0.5, Math.min(100, share(value)))}%" height="14" rx="3"></rect>`}
      </svg>
      <span class="chart-value">${value === null ? "—" : chart.show(value)}</span>
    </button></li>`;
  });
  return html`<p class="muted small">${chart.up}</p>
    <ul class="chart-bars">${rows}</ul>`;
}
