/** What a chart shows: series of points over the same labels, and what a point leads to. */

export interface Point {
  value: number | null;
  /** What stands beside the value: `21 cases`. */
  beside?: string;
}

export interface Series {
  name: string;
  points: Point[];
}

export interface ChartData {
  kind: "line" | "radar" | "bars";
  title: string;
  /** What the labels are, and what the values are (with their unit). */
  across: string;
  up: string;
  labels: string[];
  series: Series[];
  /** The ends of the values' axis. */
  low: number;
  high: number;
  /** How a value is written, with its unit. */
  show: (value: number) => string;
  /** A line that is to be reached. */
  target?: { value: number; name: string };
}

/** Which point: of which series, over which label. */
export interface Place {
  series: number;
  label: number;
}

/** What is read out for a point, and shown when it is pointed at. */
export function told(chart: ChartData, place: Place): string {
  const series = chart.series[place.series];
  const point = series?.points[place.label];
  const label = chart.labels[place.label] ?? "";
  const value = point?.value === null || point?.value === undefined ? "—" : chart.show(point.value);
  const name = chart.series.length > 1 ? `${series?.name}, ` : "";
  return `${name}${label}: ${value}${point?.beside ? ` (${point.beside})` : ""}`;
}

/** Every point that has a value, series by series. */
export function places(chart: ChartData): Place[] {
  return chart.series.flatMap((one, series) =>
    one.points.flatMap((point, label) => (point.value === null ? [] : [{ series, label }])),
  );
}

/** Four or five round steps from the low end to the high one. */
export function ticks(low: number, high: number): number[] {
  const rough = (high - low) / 4 || 1;
  const size = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 2.5, 5, 10].find((one) => one * size >= rough) ?? 10) * size;
  const found: number[] = [];
  for (let value = Math.ceil(low / step) * step; value <= high + step / 1000; value += step) found.push(Number(value.toFixed(6)));
  return found;
}
