/** What publishing a version would meet: tablets without it, walks under way, answers that would be lost. */

import { html, nothing, type TemplateResult } from "lit";
import { ago } from "../../core/format";
import { titled } from "../../core/language";
import type { Draft, Impact, Lost } from "../../generated/api";
import { differences } from "./compare";
import { text } from "./texts";

const OUTCOMES = { new: "outNew", out: "outOut", taken: "outTaken" } as const;
const TONES = { new: "good", out: "warn", taken: "bad" } as const;

export function impact(met: Impact, publish: () => void): TemplateResult {
  const lost = met.drafts.reduce((sum, one) => sum + (one.lost ?? []).length, 0);
  return html`<section class="card checklists-impact" id="impact" tabindex="-1" aria-label=${text("impactTitle", { version: met.version })}>
    <h2>${text("impactTitle", { version: met.version })}</h2>
    <p><span class="badge ${TONES[met.outcome]}">${text(OUTCOMES[met.outcome])}</span>
      ${met.before ? text("outBefore", { version: met.before }) : text("outFirst")}</p>
    <div class="grid">
      <div><h3>${met.tablets.length ? text("tablets", { n: met.tablets.length }) : text("noTablets")}</h3>
        <ul>${met.tablets.map((one) => html`<li><strong>${one.name}</strong>
          <span class="muted small">${one.version ? text("tabletHas", { version: one.version }) : text("tabletNone")} ·
            ${one.seen_ms ? text("seen", { when: ago(one.seen_ms) }) : text("never")}${one.drafts ? html` · ${text("tabletDrafts", { n: one.drafts })}` : nothing}</span></li>`)}</ul></div>
      <div><h3>${met.drafts.length ? text("drafts", { n: met.drafts.length }) : text("noDrafts")}</h3>
        ${met.drafts.length ? html`<p class=${lost ? "checklists-wrong" : "muted"}>${lost ? text("lost", { n: lost }) : text("nothingLost")}</p>` : nothing}
        <ul>${met.drafts.map(walk)}</ul></div>
    </div>
    ${met.before ? html`<h3>${text("differences", { version: met.before })}</h3>${differences(met.differences)}` : nothing}
    <div class="actions"><button type="button" class="main" ?disabled=${met.outcome !== "new"} @click=${publish}>${text("publish", { version: met.version })}</button></div>
  </section>`;
}

function walk(one: Draft): TemplateResult {
  return html`<li><strong>${one.site_name}</strong> ${one.inspector}
    <span class="muted small">${one.version} · ${text("onTablet", { n: one.answered })}</span>
    ${(one.lost ?? []).length ? html`<ul>${one.lost.map(gone)}</ul>` : nothing}</li>`;
}

function gone(one: Lost): TemplateResult {
  return html`<li class="small"><code>${one.item}${one.repeat ? ` @ ${one.repeat}` : ""}</code> ${titled(one.messages)}</li>`;
}
