/** Several measures of one thing around a centre: an axis each, a polygon a series. */

import { svg, type SVGTemplateResult } from "lit";
import { mark } from "./marks";
import { ticks, type ChartData, type Place, type Point } from "./model";

const HEIGHT = 330;
const LABELS = 38;

export function radar(
  chart: ChartData,
  width: number,
  point: (place: Place, drawn: SVGTemplateResult) => unknown,
): { height: number; drawn: SVGTemplateResult } {
  const centre = { x: width / 2, y: HEIGHT / 2 + 8 };
  const radius = Math.max(50, Math.min(width / 2 - 2 * LABELS, HEIGHT / 2 - LABELS + 8));
  const spot = (label: number, value: number, beyond = 0): [number, number] => {
    const angle = (2 * Math.PI * label) / chart.labels.length - Math.PI / 2;
    const far = (radius * (value - chart.low)) / (chart.high - chart.low) + beyond;
    return [centre.x + far * Math.cos(angle), centre.y + far * Math.sin(angle)];
  };
  const ring = (value: number): string => chart.labels.map((_, label) => spot(label, value).join(",")).join(" ");
  const rings = ticks(chart.low, chart.high).filter((value) => value > chart.low);
  const drawn = svg`
    ${rings.map((value) => svg`<polygon class="chart-grid" points=${ring(value)}></polygon>`)}
    ${chart.labels.map((label, index) => axis(label, spot(index, chart.low), spot(index, chart.high), spot(index, chart.high, 14)))}
    ${rings.map((value) => svg`<text class="chart-tick" x=${spot(0, value)[0] + 5} y=${spot(0, value)[1] + 4}>${value}</text>`)}
    ${chart.series.map((one, series) => svg`<g class="chart-s${series}">
      ${area(one.points, spot)}
      ${one.points.map((found, label) => (found.value === null ? null : point({ series, label }, mark(series, ...spot(label, found.value)))))}
    </g>`)}`;
  return { height: HEIGHT, drawn };
}

/** The polygon through the points; where one is missing it is left open there. */
function area(points: Point[], spot: (label: number, value: number) => [number, number]): SVGTemplateResult | null {
  const known = points.flatMap((one, label) => (one.value === null ? [] : [spot(label, one.value).join(",")]));
  if (known.length < 2) return null;
  const joined = known.join(" ");
  return known.length === points.length
    ? svg`<polygon class="chart-area" points=${joined}></polygon>`
    : svg`<polyline class="chart-line" points=${joined}></polyline>`;
}

function axis(label: string, from: [number, number], to: [number, number], beyond: [number, number]): SVGTemplateResult {
  const side = beyond[0] - from[0];
  const anchor = Math.abs(side) < 8 ? "middle" : side > 0 ? "start" : "end";
  return svg`<line class="chart-grid" x1=${from[0]} y1=${from[1]} x2=${to[0]} y2=${to[1]}></line>
    <text class="chart-name" x=${beyond[0]} y=${beyond[1] + 4} text-anchor=${anchor}>${label}</text>`;
}
