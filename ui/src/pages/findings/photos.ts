/** The photos of a finding: what was seen at the site, and each rectification as before and after. */

import { html, nothing, type TemplateResult } from "lit";
import { api, data } from "../../core/api";
import { instant } from "../../core/format";
import { nameOf } from "../../core/names";
import type { FindingView, View } from "../../generated/api";
import { photoUrl, thumbnail } from "../../parts/photo";
import { bodyOf, nameOfFinding, type Entry } from "./body";
import { text } from "./texts";

export interface Photos {
  /** Taken at the site of what is wrong. */
  evidence: string[];
  /** Those that can be shown. */
  ready: Set<string>;
}

const AT_ONCE = 200;

/** Which photos there are, and which of them have arrived. */
export async function photosOf(view: FindingView): Promise<Photos> {
  const evidence = await evidenceOf(view);
  const named = [...new Set([...evidence, ...namedIn(view)])].slice(0, AT_ONCE);
  if (!named.length) return { evidence, ready: new Set() };
  const photos = named.map((sha256) => ({ sha256, kind: "thumb" as const }));
  const stand = await data(api.POST("/api/v1/photos/links", { body: { photos } }));
  return { evidence, ready: new Set(stand.links.filter((one) => one.state === "ready").map((one) => one.sha256)) };
}

async function evidenceOf(view: FindingView): Promise<string[]> {
  const body = bodyOf(view.listed);
  if (!body.inspection || !body.item) return body.photos ?? [];
  const query = { inspection: body.inspection, item: body.item, limit: 50 };
  const page = await data(api.GET("/api/v1/photos", { params: { query } }));
  const taken = page.items.filter((one) => (one.body["repeat"] ?? "") === (body.repeat ?? "")).map(hashOf);
  return [...new Set([...(body.photos ?? []), ...taken])];
}

function hashOf(photo: View): string {
  return String(photo.body["sha256"]);
}

function namedIn(view: FindingView): string[] {
  const body = bodyOf(view.listed);
  const entries = [...(body.rectifications ?? []), ...(body.rechecks ?? []), ...(body.appeals ?? [])];
  const notes = view.notes.flatMap((one) => (one.body["photos"] as string[] | undefined) ?? []);
  return [...entries.flatMap((one) => [...(one.before ?? []), ...(one.after ?? []), ...(one.photos ?? [])]), ...notes];
}

export function wall(hashes: string[] | undefined, alt: string, photos: Photos): unknown {
  if (!hashes?.length) return nothing;
  return html`<ul class="findings-photos">
    ${hashes.map((one) => html`<li>${photo(one, alt, photos.ready.has(one))}</li>`)}
  </ul>`;
}

function photo(sha256: string, alt: string, isReady: boolean): unknown {
  const shown = thumbnail(sha256, alt, isReady);
  return isReady ? html`<a href=${photoUrl(sha256, "view")} target="_blank" rel="noopener" title=${text("opened")}>${shown}</a>` : shown;
}

/** Each rectification with its pair of photos, and the recheck that looked at it. */
export function rectifications(view: FindingView, photos: Photos): unknown {
  const body = bodyOf(view.listed);
  const done = body.rectifications ?? [];
  if (!done.length) return nothing;
  return html`<section class="card">
    <h2>${text("pairs")}</h2>
    ${done.map((one, at) => pair(one, at, view, photos))}
  </section>`;
}

function pair(entry: Entry, at: number, view: FindingView, photos: Photos): TemplateResult {
  const told = view.rectifications.find((one) => one.op === entry.op);
  const name = nameOfFinding(bodyOf(view.listed));
  // Whoever put it right may have taken none before: then the site's own are what it was.
  const before = entry.before?.length ? entry.before : photos.evidence;
  const state = told && (told.late_receipt && told.in_time ? "lateReceipt" : told.in_time ? "inTime" : "tooLate");
  return html`<div class="findings-done">
    <p class="small">
      <strong>${text("second", { n: at + 1 })}</strong> · ${nameOf(entry.by)} · ${instant(told?.occurred_at ?? entry.at)}
      ${state ? html`<span class="badge ${state === "tooLate" ? "bad" : "good"}">${text(state)}</span>` : nothing}
    </p>
    ${entry.note ? html`<p class="findings-words">${entry.note}</p>` : nothing}
    <div class="findings-pair">
      ${side(text("before"), before, name, photos)} ${side(text("after"), entry.after, name, photos)}
    </div>
  </div>`;
}

function side(title: string, hashes: string[] | undefined, name: string, photos: Photos): TemplateResult {
  return html`<div>
    <h3>${title}</h3>
    ${hashes?.length ? wall(hashes, `${name}: ${title}`, photos) : html`<p class="muted small">${text("noPhoto")}</p>`}
  </div>`;
}
