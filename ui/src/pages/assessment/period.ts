/** Periods as the API writes them: 2026-10, 2026-Q4, 2026, 2026-10-01..2026-10-15. */

import { day } from "../../core/format";
import { language } from "../../core/language";
import { text } from "./texts";

export type Unit = "month" | "quarter" | "year" | "days";
const DAY_MS = 86_400_000;

export function unitOf(period: string): Unit {
  if (period.includes("..")) return "days";
  if (period.includes("Q")) return "quarter";
  return period.length === 4 ? "year" : "month";
}

/** The period of a unit that a day is in. */
export function periodOf(unit: Unit, when: Date = new Date()): string {
  const year = when.getFullYear();
  const month = when.getMonth() + 1;
  if (unit === "year") return String(year);
  if (unit === "quarter") return `${year}-Q${Math.ceil(month / 3)}`;
  if (unit === "month") return `${year}-${two(month)}`;
  return `${iso(new Date(year, month - 1, 1))}..${iso(when)}`;
}

/** The period so many steps later, or earlier. */
export function moved(period: string, steps: number): string {
  const { first, last } = bounds(period);
  const unit = unitOf(period);
  if (unit === "days") {
    const length = Math.round((last.getTime() - first.getTime()) / DAY_MS) + 1;
    return `${iso(later(first, steps * length))}..${iso(later(last, steps * length))}`;
  }
  const months = { month: 1, quarter: 3, year: 12 }[unit];
  return periodOf(unit, new Date(first.getFullYear(), first.getMonth() + steps * months, 1));
}

/** Its first and last day. */
export function bounds(period: string): { first: Date; last: Date } {
  if (period.includes("..")) {
    const [first = "", last = ""] = period.split("..");
    return { first: new Date(`${first}T00:00`), last: new Date(`${last}T00:00`) };
  }
  const year = Number(period.slice(0, 4));
  const unit = unitOf(period);
  const month = unit === "month" ? Number(period.slice(5)) - 1 : unit === "quarter" ? (Number(period.slice(6)) - 1) * 3 : 0;
  const length = { month: 1, quarter: 3, year: 12, days: 0 }[unit];
  return { first: new Date(year, month, 1), last: new Date(year, month + length, 0) };
}

/** As people say it. */
export function told(period: string, short = false): string {
  const { first, last } = bounds(period);
  const unit = unitOf(period);
  if (unit === "year") return new Intl.DateTimeFormat(language(), { year: "numeric" }).format(first);
  if (unit === "quarter") return text("quarterName", { year: first.getFullYear(), n: first.getMonth() / 3 + 1 });
  if (unit === "month") {
    return new Intl.DateTimeFormat(language(), { year: "numeric", month: short ? "short" : "long" }).format(first);
  }
  return short ? `${first.getMonth() + 1}/${first.getDate()}–` : `${day(first.getTime())} – ${day(last.getTime())}`;
}

/** Whether the API would take it. */
export function isPeriod(text: string): boolean {
  if (!/^20\d\d(-(0[1-9]|1[0-2]|Q[1-4]))?$|^20\d\d-\d\d-\d\d\.\.20\d\d-\d\d-\d\d$/.test(text)) return false;
  const { first, last } = bounds(text);
  return first <= last && (last.getTime() - first.getTime()) / DAY_MS < 366;
}

/** A day as the fields of forms write it. */
export function iso(when: Date): string {
  return `${when.getFullYear()}-${two(when.getMonth() + 1)}-${two(when.getDate())}`;
}

function later(when: Date, days: number): Date {
  return new Date(when.getFullYear(), when.getMonth(), when.getDate() + days);
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}
