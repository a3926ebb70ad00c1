/** One photo large, with what may be done about it. */

import { html, nothing, type TemplateResult } from "lit";
import { titled } from "../../core/language";
import { has } from "../../core/session";
import type { Reviewed } from "../../generated/api";
import type { Inspection } from "./inspection";
import type { Look } from "./look";
import { panel } from "./panel";
import { text } from "./texts";
import { isOwed, type Stop } from "./walk";

export function large(page: Inspection, walk: Reviewed, stop: Stop): TemplateResult {
  const { stops, at } = page;
  return html`<div class="review-large">
    <div class="review-main">
      <div class="review-top">
        <button type="button" class="plain" @click=${() => page.close()}>← ${text("wall")} <kbd>w</kbd></button>
        <h1 class="hidden">${titled(stop.line.titles)}</h1>
        <span class="muted number" role="status">${text("progress", { at: at + 1, all: stops.length })}</span>
        <span class="space"></span>
        ${tools(page, stop)}
      </div>
      <fo-stage .stop=${stop} .ahead=${page.ahead} .comparing=${page.isComparing}></fo-stage>
      ${decisions(page, stop)}
    </div>
    ${panel(walk, stop, page.open)}
  </div>`;
}

function tools(page: Inspection, stop: Stop): TemplateResult {
  const tool = (name: string, sign: string, change: (look: Look) => void): TemplateResult =>
    html`<button type="button" class="plain" aria-label=${name} title=${name} @click=${() => page.stage?.view(change)}>${sign}</button>`;
  return html`<button type="button" class="plain" aria-pressed=${page.isComparing} ?disabled=${!stop.shot.before}
      title=${stop.shot.before ? text("keyCompare") : text("noBefore")} @click=${() => (page.isComparing = !page.isComparing)}>${text("compare")} <kbd>c</kbd></button>
    ${tool(text("zoomOut"), "−", (look) => look.farther())} ${tool(text("zoomIn"), "+", (look) => look.nearer())}
    ${tool(text("rotateLeft"), "↺", (look) => look.turn(-1))} ${tool(text("rotateRight"), "↻", (look) => look.turn(1))}
    ${tool(text("reset"), "⤢", (look) => look.reset())}`;
}

function decisions(page: Inspection, { shot }: Stop): TemplateResult {
  return html`<div class="actions review-decide">
    <button type="button" @click=${() => page.previous()} ?disabled=${!page.at}>${text("previous")} <kbd>k</kbd></button>
    ${page.mayDecide
      ? html`<button type="button" class="main" @click=${() => page.decide("approved")}>${text("approve")} <kbd>a</kbd></button>
          <button type="button" @click=${() => page.ask("retake")}>${text("askRetake")} <kbd>t</kbd></button>
          <button type="button" class="bad" @click=${() => page.ask("returned")}>${text("return")} <kbd>r</kbd></button>`
      : nothing}
    ${has("supervisor") && isOwed(shot) ? html`<button type="button" @click=${() => page.waive()}>${text("waive")} <kbd>x</kbd></button>` : nothing}
    ${has("supervisor")
      ? html`<button type="button" @click=${() => page.raise()}>${text("raise")} <kbd>f</kbd></button>
          <button type="button" @click=${() => void page.undo()}>${text("undo")} <kbd>u</kbd></button>`
      : nothing}
    <span class="space"></span>
    <button type="button" @click=${() => page.next()}>${text("next")} <kbd>j</kbd></button>
  </div>`;
}
