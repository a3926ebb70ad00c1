/** Where in an op's text something is wrong. */

import { html, nothing, type TemplateResult } from "lit";

export interface Span {
  start: number;
  end: number;
}

/** JSON as people read it. */
export function pretty(value: unknown): string {
  return JSON.stringify(value, null, 2);
}

/** The raw text as people read it, where it is JSON at all. */
export function readable(raw: string): string {
  try {
    return pretty(JSON.parse(raw));
  } catch {
    return raw;
  }
}

/** The member of the payload that a problem's detail names, in either language: `… - at \`$.text\``, `payload.text …`. */
export function faultAt(detail: string): string {
  const named =
    /(?:unknown|required) field `([^`]+)`/.exec(detail) ??
    /(?:未知|必填)成员 `([^`]+)`/.exec(detail) ??
    /(?:at|位于) `\$\.(?:payload\.)?([^`]+)`/.exec(detail) ??
    /payload\.([\w.]+)/.exec(detail);
  return named?.[1] ?? "";
}

/** Where a member stands in a text of JSON: its last name, sought behind those on the way. */
export function findIn(source: string, pointer: string): Span | null {
  let from = 0;
  let found: Span | null = null;
  for (const name of pointer.split(/[.[\]]+/).filter((one) => one && !/^\d+$/.test(one))) {
    const start = source.indexOf(`${JSON.stringify(name)}:`, from);
    if (start < 0) break;
    found = { start, end: start + name.length + 2 };
    from = start;
  }
  return found;
}

/** A text with the place of what is wrong marked. */
export function marked(source: string, pointer: string): TemplateResult {
  const place = pointer ? findIn(source, pointer) : null;
  if (!place) return html`${source}`;
  return html`${source.slice(0, place.start)}<mark>${source.slice(place.start, place.end)}</mark>${source.slice(place.end) || nothing}`;
}
