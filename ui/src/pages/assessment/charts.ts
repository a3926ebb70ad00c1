/** From the API's answers to what charts show. */

import { number } from "../../core/format";
import { titled } from "../../core/language";
import { word } from "../../core/words";
import type { Assessment, Failing, Ranking, Trend } from "../../generated/api";
import type { ChartData, Point } from "../../parts/charts/model";
import type { Source } from "./asked";
import { told } from "./period";
import { text } from "./texts";

export const PARTS = ["total", "satisfaction", "efficiency", "conformity", "handling"] as const;
export type Part = (typeof PARTS)[number];
/** The share of satisfied ratings to be reached (domain rules, 7). */
export const TARGET = 85;

export const percent = (value: number): string => `${number(value)} %`;

/** One figure of an assessment with its cases; of the total, all. */
export function figureOf(one: Assessment, part: Part): { percent: string | null; cases: number } {
  return part === "total" ? one.total : one[part].score;
}

export function assessmentOf(one: { own: Assessment; third_party: Assessment }, source: Source): Assessment {
  return source === "own" ? one.own : one.third_party;
}

export function trendChart(found: Trend, source: Source): ChartData {
  const series = PARTS.map((part) => ({
    name: text(part),
    points: found.items.map((one) => figured(figureOf(assessmentOf(one, source), part))),
  }));
  const values = series.flatMap((one) => one.points.flatMap((point) => point.value ?? []));
  return {
    kind: "line", title: text("trend"), across: text("period"), up: text("trendUp"), high: 100, show: percent, series,
    // What moves by two points a month is not seen on an axis from nought.
    low: values.length ? Math.max(0, Math.floor((Math.min(...values) - 5) / 10) * 10) : 0,
    labels: found.items.map((one) => told(one.period, true)),
  };
}

export function domainChart(found: Failing): ChartData {
  return bars(text("byDomain"), text("domain"), text("byDomainUp"), found.domains.map((one) => ({
    label: one.domain ? word("domain", one.domain) : text("unknown"),
    value: one.percent === null ? null : Number(one.percent),
    beside: text("failedOf", { failed: one.failed, answered: one.answered }),
  })));
}

export function rankingChart(found: Ranking): ChartData {
  return bars(text("ranking"), text("who"), text("rankingUp"), found.items.map((one) => ({
    label: one.name,
    value: one.total.percent === null ? null : Number(one.total.percent),
    beside: one.place ? text("place", { n: one.place }) : text("unranked", { n: found.minimum_cases }),
  })));
}

/** The first dozen; the rest is in the monthly report. */
export const FAILURES = 12;

export function failureChart(found: Failing): ChartData {
  const items = found.items.slice(0, FAILURES);
  const most = Math.max(1, ...items.map((one) => one.failed));
  return {
    ...bars(text("failures"), text("item"), text("failuresUp"), items.map((one) => ({
      label: titled(one.titles),
      value: one.failed,
      beside: text("ofAnswered", { n: one.answered, before: one.failed_before }),
    }))),
    high: most,
    show: (value) => number(value, 0),
  };
}

export function radarChart(found: Failing): ChartData {
  const mean = (value: string | null, cases: number): Point => ({
    value: value === null ? null : Number(value),
    ...(cases && { beside: text("ratings", { n: cases }) }),
  });
  const kinds = [
    { name: text("perceived"), points: found.dimensions.map((one) => mean(one.perceived, one.ratings)) },
    { name: text("expected"), points: found.dimensions.map((one) => mean(one.expected, one.compared)) },
  ];
  return {
    kind: "radar", title: text("radar"), across: text("dimension"), up: text("radarUp"), low: 1, high: 5,
    show: (value) => number(value, 2),
    labels: found.dimensions.map((one) => text(one.name as "empathy")),
    series: kinds.filter((one, index) => !index || one.points.some((point) => point.value !== null)),
  };
}

function figured(one: { percent: string | null; cases: number }): Point {
  return { value: one.percent === null ? null : Number(one.percent), beside: text("cases", { n: one.cases }) };
}

function bars(title: string, across: string, up: string, rows: { label: string; value: number | null; beside: string }[]): ChartData {
  return {
    kind: "bars", title, across, up, low: 0, high: 100, show: percent,
    labels: rows.map((one) => one.label),
    series: [{ name: up, points: rows.map((one) => ({ value: one.value, beside: one.beside })) }],
  };
}
