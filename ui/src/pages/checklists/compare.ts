/** What differs between two versions, in words: added, removed, moved, changed from what to what. */

import { html, nothing, type TemplateResult } from "lit";
import { titled } from "../../core/language";
import type { Difference } from "../../generated/api";
import { text } from "./texts";

type Sort = "added" | "removed" | "moved" | "changed";
const SORTS: Sort[] = ["added", "removed", "changed", "moved"];
const SIGNS = { added: "+", removed: "−", moved: "↕", changed: "→" } as const;
const EFFECTS = { looks: "looks", asked: "asked", answers: "answers", outcome: "outcome", score: "effScore", verdict: "verdict" } as const;

function sortOf(one: Difference): Sort {
  if (/-(added)$/.test(one.code)) return "added";
  if (/-(removed)$/.test(one.code)) return "removed";
  return /-(moved|reordered|renamed)$/.test(one.code) ? "moved" : "changed";
}

/** All differences with how many there are of each sort; what they change stands beside them. */
export function differences(all: readonly Difference[]): TemplateResult {
  if (!all.length) return html`<p class="muted">${text("same")}</p>`;
  const count = (sort: Sort): number => all.filter((one) => sortOf(one) === sort).length;
  return html`<p class="checklists-counts">${SORTS.map((sort) =>
      count(sort) ? html`<span class="checklists-sort ${sort}">${SIGNS[sort]} ${text(sort)} ${count(sort)}</span>` : nothing,
    )}</p>
    <ul class="checklists-diff">${all.map(line)}</ul>`;
}

function line(one: Difference): TemplateResult {
  const sort = sortOf(one);
  return html`<li class=${sort}>
    <span class="checklists-sign" aria-label=${text(sort)} role="img">${SIGNS[sort]}</span>
    <div>
      <p>${titled(one.messages, one.path)}</p>
      ${(one.effects ?? ["looks"]).map((effect) => html`<span class="badge ${effect === "looks" ? "" : "accent"}">${text(EFFECTS[effect])}</span> `)}
      ${one.fits === "none" ? html`<span class="badge bad">${text("fitsNone")}</span>` : nothing}
      ${one.fits === "some" ? html`<span class="badge warn">${text("fitsSome")}</span>` : nothing}
    </div>
  </li>`;
}
