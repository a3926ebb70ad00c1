/** What stands beside a photo: the standard's text, the answer, what evidence says, when and where. */

import { html, nothing, type TemplateResult } from "lit";
import { api, data } from "../../core/api";
import { instant, number, size } from "../../core/format";
import { titled } from "../../core/language";
import { word } from "../../core/words";
import type { Line, Reviewed } from "../../generated/api";
import "../../parts/widgets";
import { noteText } from "./notes";
import { place } from "./place";
import { outcomeText, stateText, stateTone, text } from "./texts";
import { isReplaced, riskTone, stopsOf, type Stop } from "./walk";

export function panel(walk: Reviewed, stop: Stop, open: (photo: string) => void): TemplateResult {
  const { line, shot } = stop;
  return html`<aside class="review-panel" aria-label=${text("measured")}>
    ${standard(stop)}
    <section class="review-verdict">
      <h3>${text("verdict")}</h3>
      <p><span class="badge ${stateTone(shot.verdict)}">${stateText(shot.verdict)}</span>
        ${shot.review_note ? html`<span>${shot.review_note}</span>` : nothing}</p>
      ${shot.verdict === "retake"
        ? html`<p class="small muted">${isReplaced(walk, shot) ? text("retakenBy") : text("waitingRetake")}</p>`
        : nothing}
      ${again(walk, stop, open)}
    </section>
    ${evidence(walk, stop, open)}
    ${line.findings.length
      ? html`<section><h3>${text("findings")}</h3>
          <p>${line.findings.map((one, n) => html`<a href="/findings/${one}">${text("finding")} ${n + 1}</a> `)}</p></section>`
      : nothing}
    ${facts(stop)}
    ${place(walk, stop)}
    <fo-widgets page="review" .subject=${`${walk.inspection.id} ${line.result ?? ""}`} .record=${() => recordOf(walk, line)}></fo-widgets>
  </aside>`;
}

/** What a widget is given: the records of the walk and of the answer, as the API has them. */
async function recordOf(walk: Reviewed, line: Line): Promise<unknown> {
  const asked = line.result
    ? data(api.GET("/api/v1/records/{record}", { params: { path: { record: line.result } } }))
    : Promise.resolve(null);
  return { inspection: walk.inspection, item: line.item, repeat: line.repeat, result: await asked };
}

function standard({ part, line, shot }: Stop): TemplateResult {
  return html`<section>
    <p class="small muted">${titled(part.titles)}${line.clause ? html` · ${line.clause}` : nothing}</p>
    <h2>${titled(line.titles)}</h2>
    <p class="review-measure">${titled(line.measure)}</p>
    <p><span class="badge ${stateTone(line.outcome ?? "")}">${outcomeText(line.outcome)}</span>
      ${line.outcome === "fail" ? html`<span class="badge bad">${word("severity", line.severity)}</span>` : nothing}
      <strong>${titled(line.value)}</strong>
      ${line.in_conflict ? html`<a class="badge warn" href="/conflicts">${text("conflict")}: ${text("toConflict")}</a>` : nothing}</p>
    ${line.note ? html`<p class="review-note">${line.note}</p>` : nothing}
    ${shot.caption ? html`<p class="small">“${shot.caption}”</p>` : nothing}
    <dl class="pairs small">
      ${pair(text("answered"), titled(line.answer))} ${pair(text("asked"), titled(line.asked))}
    </dl>
  </section>`;
}

/** The way from a photo to the one that was taken in its place, and back. */
function again(walk: Reviewed, { shot }: Stop, open: (photo: string) => void): unknown {
  const newer = stopsOf(walk).find((one) => one.shot.retakes === shot.id);
  const link = (id: string, told: string): TemplateResult =>
    html`<button type="button" class="plain small review-link" @click=${() => open(id)}>${told}</button>`;
  if (newer) return link(newer.shot.id, text("retakenBy"));
  return shot.retakes ? link(shot.retakes, text("seeOld")) : nothing;
}

function evidence(walk: Reviewed, { shot }: Stop, open: (photo: string) => void): TemplateResult {
  return html`<section><h3>${text("evidence")}
      ${shot.risk ? html`<span class="badge ${riskTone(shot.risk)}">${text("riskOf", { n: shot.risk })}</span>` : nothing}</h3>
    ${shot.notes.length
      ? html`<ul class="review-notes">
          ${shot.notes.map((one) => html`<li><strong>${noteText(one.code)}</strong><br /><span class="small">${titled(one.titles)}</span>
            ${other(walk, one.evidence ?? {}, open)}</li>`)}
        </ul>`
      : html`<p class="muted small">${shot.risk === null ? text("judging") : text("clean")}</p>`}
  </section>`;
}

/** The way to the photo that a note names, in this walk or in another one. */
function other(walk: Reviewed, named: Record<string, string>, open: (photo: string) => void): unknown {
  const { photo, inspection } = named;
  if (!photo) return nothing;
  if (stopsOf(walk).some((one) => one.shot.id === photo)) {
    return html`<button type="button" class="plain small review-link" @click=${() => open(photo)}>${text("other")}</button>`;
  }
  return inspection ? html`<a class="small" href="/inspections/${inspection}?photo=${photo}">${text("other")}</a>` : nothing;
}

function facts({ shot }: Stop): TemplateResult {
  const { picture } = shot;
  const isTurned = (picture?.orientation ?? 1) > 4;
  const pixels = picture?.width ? [picture.width, picture.height] : null;
  return html`<section><dl class="pairs small">
      ${pair(text("taken"), shot.taken ? instant(shot.taken) : "")}
      ${pair(text("cameraTime"), picture?.taken ? instant(picture.taken) : "")}
      ${pair(text("camera"), picture?.camera)}
      ${pair(text("pixels"), pixels ? (isTurned ? pixels.toReversed() : pixels).map((one) => number(one)).join(" × ") : "")}
      ${pair(text("size"), shot.size_bytes ? size(shot.size_bytes) : "")}
    </dl>
    ${shot.shown === "ready" ? html`<p class="small"><a href="/api/v1/photos/${shot.sha256}" target="_blank" rel="noopener">${text("original")}</a></p>` : nothing}
  </section>`;
}

function pair(name: string, value: string | null | undefined): unknown {
  return value ? html`<dt>${name}</dt><dd>${value}</dd>` : nothing;
}
