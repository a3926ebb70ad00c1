/** Figures, instants and spans as people read them. */

import { now } from "./clock";
import { language, texts } from "./language";

const text = texts({
  "zh-CN": { now: "刚刚", none: "—" },
  en: { now: "just now", none: "—" },
});

type When = string | number | null | undefined;

function dateOf(when: When): Date | null {
  if (when === null || when === undefined || when === "") return null;
  const date = new Date(when);
  return Number.isNaN(date.getTime()) ? null : date;
}

/** Day and minute in the browser's zone: `2026/11/23 14:05`. */
export function instant(when: When): string {
  const date = dateOf(when);
  if (!date) return text("none");
  return new Intl.DateTimeFormat(language(), { dateStyle: "medium", timeStyle: "short" }).format(date);
}

/** The day alone. */
export function day(when: When): string {
  const date = dateOf(when);
  return date ? new Intl.DateTimeFormat(language(), { dateStyle: "medium" }).format(date) : text("none");
}

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

/** How long ago, or how long until: `3 hours ago`, `in 2 days`. */
export function ago(when: When): string {
  const date = dateOf(when);
  if (!date) return text("none");
  const seconds = (date.getTime() - now()) / 1000;
  for (const [unit, length] of STEPS) {
    if (Math.abs(seconds) >= length) {
      return new Intl.RelativeTimeFormat(language(), { numeric: "auto" }).format(Math.trunc(seconds / length), unit);
    }
  }
  return text("now");
}

export function isPast(when: When): boolean {
  const date = dateOf(when);
  return date !== null && date.getTime() < now();
}

export function number(value: number | string | null | undefined, digits = 1): string {
  if (value === null || value === undefined || value === "") return text("none");
  return new Intl.NumberFormat(language(), { maximumFractionDigits: digits }).format(Number(value));
}

/** `12.3 MB`, of 1,000s. */
export function size(bytes: number | null | undefined): string {
  if (bytes === null || bytes === undefined) return text("none");
  const units = ["B", "kB", "MB", "GB", "TB"];
  let value = bytes;
  let step = 0;
  while (value >= 1000 && step < units.length - 1) {
    value /= 1000;
    step += 1;
  }
  return `${number(value)} ${units[step]}`;
}

/** The first eight characters of an id: enough to tell two apart on a page. */
export function short(id: string | null | undefined): string {
  return id ? id.slice(0, 8) : text("none");
}
