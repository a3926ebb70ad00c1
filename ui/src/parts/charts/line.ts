/** Values over time: a line a series, a mark a point. */

import { svg, type SVGTemplateResult } from "lit";
import { mark } from "./marks";
import { ticks, type ChartData, type Place } from "./model";

const EDGE = { top: 14, right: 16, bottom: 40, left: 44 };
const HEIGHT = 280;

/** The picture at so many pixels' width; `point` makes what stands at each place. */
export function line(
  chart: ChartData,
  width: number,
  point: (place: Place, drawn: SVGTemplateResult) => unknown,
): { height: number; drawn: SVGTemplateResult } {
  const inner = { width: Math.max(80, width - EDGE.left - EDGE.right), height: HEIGHT - EDGE.top - EDGE.bottom };
  const step = inner.width / Math.max(1, chart.labels.length - 1);
  const x = (label: number): number => EDGE.left + (chart.labels.length === 1 ? inner.width / 2 : label * step);
  const y = (value: number): number => EDGE.top + inner.height * (1 - (value - chart.low) / (chart.high - chart.low));
  const foot = EDGE.top + inner.height;
  const every = Math.ceil(76 / Math.max(1, step));
  const drawn = svg`
    ${ticks(chart.low, chart.high).map(
      (value) => svg`<line class="chart-grid" x1=${EDGE.left} x2=${EDGE.left + inner.width} y1=${y(value)} y2=${y(value)}></line>
        <text class="chart-tick" x=${EDGE.left - 8} y=${y(value) + 4} text-anchor="end">${value}</text>`,
    )}
    ${chart.labels.map((label, index) =>
      (chart.labels.length - 1 - index) % every ? null : svg`<text class="chart-tick" x=${x(index)} y=${foot + 18} text-anchor=${index === chart.labels.length - 1 && index ? "end" : "middle"}>${label}</text>`)}
    <text class="chart-axis" x=${EDGE.left + inner.width / 2} y=${HEIGHT - 4} text-anchor="middle">${chart.across}</text>
    ${chart.target ? goal(chart.target, EDGE.left, EDGE.left + inner.width, y(chart.target.value)) : null}
    ${chart.series.map((one, series) => svg`<g class="chart-s${series}">
      <path class="chart-line" d=${path(one.points.map((found) => found.value), x, y)}></path>
      ${one.points.map((found, label) => (found.value === null ? null : point({ series, label }, mark(series, x(label), y(found.value)))))}
    </g>`)}`;
  return { height: HEIGHT, drawn };
}

function goal(target: { name: string }, from: number, to: number, y: number): SVGTemplateResult {
  return svg`<line class="chart-target" x1=${from} x2=${to} y1=${y} y2=${y}></line>
    <text class="chart-tick" x=${to} y=${y - 5} text-anchor="end">${target.name}</text>`;
}

/** A line that is broken where there is no value. */
function path(values: (number | null)[], x: (label: number) => number, y: (value: number) => number): string {
  return values
    .map((value, label) => (value === null ? "" : `${values[label - 1] == null ? "M" : "L"}${x(label)} ${y(value)}`))
    .join("");
}
