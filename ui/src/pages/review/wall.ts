/** The wall: every section of the walk with its photos, and the items that have none in short. */

import { html, nothing, type TemplateResult } from "lit";
import { number } from "../../core/format";
import { titled } from "../../core/language";
import type { Line, Reviewed, ReviewlinesPart } from "../../generated/api";
import { empty } from "../../parts/told";
import { thumbnail } from "../../parts/photo";
import { noteText } from "./notes";
import { outcomeText, stateText, stateTone, text } from "./texts";
import { riskTone, type Stop } from "./walk";

export function wall(walk: Reviewed, chosen: string, open: (photo: string) => void): TemplateResult {
  const hasPhotos = walk.parts.some((part) => part.lines.some((line) => line.photos.length));
  return html`${hasPhotos ? nothing : empty(text("noPhotos"))}
    ${walk.parts.map((part) => section(part, chosen, open))}`;
}

function section(part: ReviewlinesPart, chosen: string, open: (photo: string) => void): TemplateResult {
  const stops = part.lines.flatMap((line) => line.photos.map((shot) => ({ part, line, shot })));
  const bare = part.lines.filter((line) => !line.photos.length);
  return html`<section class="review-part" aria-label=${titled(part.titles)}>
    <div class="split">
      <h2>${titled(part.titles)}</h2>
      ${part.score ? html`<span class="muted small">${text("sectionScore", { n: number(part.score) })}</span>` : nothing}
    </div>
    ${stops.length ? html`<ul class="review-wall">${stops.map((one) => tile(one, chosen, open))}</ul>` : nothing}
    ${bare.length ? html`<ul class="review-bare">${bare.map(row)}</ul>` : nothing}
  </section>`;
}

function tile(stop: Stop, chosen: string, open: (photo: string) => void): TemplateResult {
  const { line, shot } = stop;
  return html`<li class=${shot.id === chosen ? "chosen" : ""}>
    <button type="button" class="review-tile" data-photo=${shot.id} aria-current=${shot.id === chosen} @click=${() => open(shot.id)}>
      ${thumbnail(shot.sha256, "", shot.shown === "ready")}
      <span class="review-marks">
        ${shot.risk ? html`<span class="badge ${riskTone(shot.risk)}"><span class="hidden">${text("risk")}</span> ${shot.risk}</span>` : nothing}
        ${shot.verdict ? html`<span class="badge ${stateTone(shot.verdict)}">${stateText(shot.verdict)}</span>` : nothing}
      </span>
      <span class="review-name">${titled(line.titles)}</span>
      <span class="review-under small">
        <span class=${stateTone(line.outcome ?? "")}>${outcomeText(line.outcome)}</span>
        ${shot.notes.slice(0, 1).map((one) => html`<span class="warn">${noteText(one.code)}</span>`)}
      </span>
    </button>
  </li>`;
}

function row(line: Line): TemplateResult {
  return html`<li>
    <span class="badge ${stateTone(line.outcome ?? "")}">${outcomeText(line.outcome)}</span>
    <span>${titled(line.titles)}</span>
    <span class="muted">${titled(line.value)}</span>
    ${line.in_conflict ? html`<a class="badge warn" href="/conflicts">${text("conflict")}</a>` : nothing}
    ${line.note ? html`<span class="review-note small">${line.note}</span>` : nothing}
  </li>`;
}
