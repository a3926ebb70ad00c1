/** What is behind a point: cases of a figure, or the walks on which something failed. */

import { api, data } from "../../core/api";
import { number } from "../../core/format";
import { nameOf } from "../../core/names";
import { word } from "../../core/words";
import type { Behind, View } from "../../generated/api";
import type { Slice } from "../../parts/paged";
import { narrowed, type Asked } from "./asked";
import { text } from "./texts";

export type Counted = Behind["counted"];

/** One line of the drill-down. */
export interface Line {
  id: string;
  kind: string;
  inspection: string | null;
  when: string;
  site: string;
  people: string[];
  good: boolean | null;
  /** What there is to say of it, in a few words. */
  words: string[];
  hashes: string[];
  /** The one result that it is about: then only its photos matter. */
  result: string | null;
}

/** Cases at a time: each shows its photos. */
const LIMIT = 10;

/** A page of the cases that a figure counts. */
export async function cases(asked: Asked, counted: Counted, cursor: string): Promise<Slice<Line>> {
  const query = { period: asked.period, counted, source: asked.source, ...narrowed(asked), cursor, limit: LIMIT };
  const page = await data(api.GET("/api/v1/assessments/drilldown", { params: { query } }));
  return { items: page.items.map(line), cursor: page.cursor };
}

/** The API leaves out what is empty, whatever the document's types say. */
function line(one: Behind): Line {
  return {
    id: one.id,
    kind: one.kind,
    inspection: one.inspection ?? null,
    when: one.occurred,
    site: one.site,
    people: one.people,
    good: one.good ?? null,
    words: said(one),
    hashes: one.hashes ?? [],
    result: one.kind === "finding" ? ((one.results ?? [])[0] ?? null) : null,
  };
}

function said(one: Behind): string[] {
  const words = [];
  const possible = Number(one.possible ?? 0);
  if (possible) words.push(text("score", { n: number((100 * Number(one.earned)) / possible) }));
  if (one.counted === "conformity.walks") words.push(text("failedHere", { n: (one.results ?? []).length }));
  if (one.perceived) words.push(text("rated", { n: one.perceived }));
  if (one.points) words.push(text("deducted", { points: number(one.points), n: 1 }));
  return words;
}

/** A page of walks by id; the cursor is how many were shown. */
export async function walks(ids: string[], cursor: string): Promise<Slice<Line>> {
  const from = Number(cursor || 0);
  const some = ids.slice(from, from + LIMIT);
  const found = await Promise.all(some.map((record) => data(api.GET("/api/v1/records/{record}", { params: { path: { record } } }))));
  return { items: found.map(walkLine), cursor: from + LIMIT < ids.length ? String(from + LIMIT) : null };
}

function walkLine(one: View): Line {
  const score = (one.body["score"] as { score?: string } | undefined)?.score;
  const owner = one.body["owner"] as string | undefined;
  const area = one.body["area"] as string | undefined;
  return {
    id: one.id,
    kind: "inspection",
    inspection: one.id,
    when: String(one.body["at"] ?? ""),
    site: one.site,
    people: owner ? [owner] : [],
    good: null,
    words: [...(area ? [nameOf(area)] : []), ...(score ? [text("score", { n: number(score) })] : []), word("state", one.state)],
    hashes: [],
    result: null,
  };
}

/** Where a record is shown. */
export function pathOf(one: Line): string | null {
  if (one.kind === "finding") return `/findings/${one.id}`;
  if (one.kind === "feedback" && !one.inspection) return `/complaints/${one.id}`;
  return one.inspection ? `/inspections/${one.inspection}` : null;
}
