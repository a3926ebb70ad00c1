/**
 * A chart with its title, legend and table. Points are reached by Tab and the arrows, read out, and opened by Enter or a click.
 *
 *     html`<fo-chart .chart=${data} .pick=${(place) => …}></fo-chart>`
 */

import { html, nothing, svg, type SVGTemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { Part } from "../../core/page";
import { text as common } from "../../texts";
import { bars } from "./bars";
import { line } from "./line";
import { mark } from "./marks";
import { places, told, type ChartData, type Place } from "./model";
import { radar } from "./radar";
import { table } from "./table";
import { text } from "./texts";
import "../../styles/charts.css";

const STEPS: Record<string, number> = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

@customElement("fo-chart")
export class Chart extends Part {
  @property({ attribute: false }) chart: ChartData | null = null;
  /** What a point leads to. */
  @property({ attribute: false }) pick: ((place: Place) => void) | null = null;
  @property({ attribute: false }) none = "";
  /** What stands beside the title: a choice of what is shown. */
  @property({ attribute: false }) controls: unknown = nothing;
  @state() private isTable = false;
  @state() private width = 0;
  @state() private now = 0;
  @state() private shown: Place | null = null;
  private watcher: ResizeObserver | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    this.watcher = new ResizeObserver(([entry]) => (this.width = Math.floor(entry?.contentRect.width ?? 0)));
    this.watcher.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.watcher?.disconnect();
  }

  override render(): unknown {
    const chart = this.chart;
    if (!chart) return nothing;
    const isEmpty = places(chart).length === 0;
    return html`<figure class="chart">
      <figcaption>
        <h2>${chart.title}</h2>
        ${this.controls}
        ${isEmpty ? nothing : html`<button type="button" class="plain chart-switch" aria-pressed=${this.isTable}
          @click=${() => (this.isTable = !this.isTable)}>${text("asTable")}</button>`}
      </figcaption>
      ${isEmpty ? html`<p class="empty">${this.none || common("none")}</p>` : this.isTable ? table(chart, this.pick) : this.picture(chart)}
    </figure>`;
  }

  private picture(chart: ChartData): unknown {
    if (chart.kind === "bars") return bars(chart, this.pick);
    if (!this.width) return nothing;
    const draw = chart.kind === "line" ? line : radar;
    const { height, drawn } = draw(chart, this.width, (place, shape) => this.point(chart, place, shape));
    return html`<p class="muted small">${chart.up}</p>
      <svg class="chart-picture" viewBox="0 0 ${this.width} ${height}" height=${height} role="group" aria-label=${chart.title} @keydown=${this.move}>${drawn}</svg>
      ${this.legend(chart)}
      <p class="chart-told small" aria-hidden="true">${this.shown ? told(chart, this.shown) : text("howTo")}</p>`;
  }

  private point(chart: ChartData, place: Place, shape: SVGTemplateResult): unknown {
    const number = places(chart).findIndex((one) => one.series === place.series && one.label === place.label);
    const show = (): void => void (this.shown = place);
    return svg`<g class="chart-point" role="button" tabindex=${number === this.now ? 0 : -1} aria-label=${told(chart, place)} data-number=${number}
      @click=${() => this.pick?.(place)} @mouseenter=${show}
      @focus=${() => { this.now = number; show(); }}><title>${told(chart, place)}</title>${shape}</g>`;
  }

  private readonly move = (event: KeyboardEvent): void => {
    const chart = this.chart;
    if (!chart) return;
    const all = places(chart);
    const step = STEPS[event.key];
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      const place = all[this.now];
      if (place) this.pick?.(place);
    } else if (step) {
      event.preventDefault();
      const next = (this.now + step + all.length) % all.length;
      this.querySelector<SVGGElement>(`[data-number="${next}"]`)?.focus();
    }
  };

  private legend(chart: ChartData): unknown {
    if (chart.series.length < 2) return nothing;
    return html`<ul class="chart-legend">
      ${chart.series.map((one, series) => html`<li><svg class="chart-s${series}" width="22" height="12" aria-hidden="true"><path class="chart-line" d="M0 6H22"></path>${mark(series, 11, 6)}</svg>${one.name}</li>`)}
    </ul>`;
  }
}
