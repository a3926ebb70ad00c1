/** A point's mark: each series has a form of its own, so that nobody has to tell colours apart. */

import { svg, type SVGTemplateResult } from "lit";

const R = 4.5;

export function mark(series: number, x: number, y: number): SVGTemplateResult {
  const shape = SHAPES[series % SHAPES.length] ?? SHAPES[0]!;
  return shape(x, y);
}

const polygon = (x: number, y: number, corners: [number, number][]): SVGTemplateResult =>
  svg`<polygon class="chart-mark" points=${corners.map(([dx, dy]) => `${x + dx * R},${y + dy * R}`).join(" ")}></polygon>`;

const SHAPES: ((x: number, y: number) => SVGTemplateResult)[] = [
  (x, y) => svg`<circle class="chart-mark" cx=${x} cy=${y} r=${R}></circle>`,
  (x, y) => polygon(x, y, [[-1, -1], [1, -1], [1, 1], [-1, 1]]),
  (x, y) => polygon(x, y, [[0, -1.3], [1.2, 0.9], [-1.2, 0.9]]),
  (x, y) => polygon(x, y, [[0, -1.35], [1.35, 0], [0, 1.35], [-1.35, 0]]),
  (x, y) => polygon(x, y, [[-1.2, -0.9], [1.2, -0.9], [0, 1.3]]),
];
