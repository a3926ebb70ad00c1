/** Beside a complaint: its clocks, and everything that was done about it. */

import { html, nothing, type TemplateResult } from "lit";
import { ago, instant } from "../../core/format";
import { nameOf } from "../../core/names";
import { word } from "../../core/words";
import type { ComplaintView, Taken } from "../../generated/api";
import { bodyOf, dues, type Due } from "./body";
import { text } from "./texts";

export function clocks(view: ComplaintView): TemplateResult {
  const late = (view.late ?? []).map((one) => text(`c_${one as Due["what"]}`)).join(", ");
  return html`<section class="card">
    <h2>${text("clocks")}</h2>
    <dl class="complaints-clocks">${dues(view).map((one) => clock(one, view.record.state))}</dl>
    ${late ? html`<p class="small muted">${text("lateNote", { what: late })}</p>` : nothing}
    <p class="small muted">${text("calendarNote")}</p>
  </section>`;
}

function clock(due: Due, state: string): TemplateResult {
  const [word_, tone] = standing(due, state);
  return html`<dt>${text(`c_${due.what}`)} <span class="badge ${tone}">${word_}</span></dt>
    <dd>
      ${due.from && due.by ? html`${text("window", { from: instant(due.from), to: instant(due.by) })}` : due.by ? text("by", { at: instant(due.by) }) : nothing}
      ${due.by && !due.done ? html`<span class="muted">(${ago(due.by)})</span>` : nothing}
      ${due.done ? html`<br />${text("doneAt", { at: instant(due.done) })}` : nothing}
    </dd>`;
}

/** How a clock stands, in a word and its tone. */
function standing(due: Due, state: string): [string, string] {
  if (due.done) {
    const isLate = due.by !== null && due.done > due.by;
    return [text(isLate ? "tooLate" : "inTime"), isLate ? "bad" : "good"];
  }
  // A resident waits while it is paused as well: only the time to resolve stops.
  if (state === "paused" && due.what === "resolve") return [text("stopped"), "warn"];
  if (!due.by) return [text("notYet"), ""];
  return due.isOverdue ? [text("overdue"), "bad"] : [text("running"), "accent"];
}

export function story(view: ComplaintView): TemplateResult {
  return html`<ol class="complaints-story" reversed>
    ${(view.course ?? []).toReversed().map((one) => taken(one, view))}
  </ol>`;
}

function taken(one: Taken, view: ComplaintView): TemplateResult {
  const fields = (one.fields ?? {}) as Record<string, string | number | undefined>;
  const words = one.step === "said" ? bodyOf(view).text : fields["note"];
  const finding = fields["finding"];
  const who = one.by_name || (one.step === "said" ? text("publicForm") : text("server"));
  return html`<li>
    <span class="small muted" title=${text("heard", { at: instant(one.received_ms) })}>${instant(one.at_ms)}<br />${ago(one.at_ms)}</span>
    <div>
      <strong>${text(`x_${one.step}`)}</strong> <span class="muted">· ${who}</span>
      ${details(fields)} ${words ? html`<p class="complaints-words">${words}</p>` : nothing}
      ${finding ? html`<p><a href="/findings/${finding}">${text("toFinding")}</a></p>` : nothing}
    </div>
  </li>`;
}

function details(fields: Record<string, string | number | undefined>): unknown {
  const { tier, to, team, result, satisfaction, cause } = fields;
  const told = [
    tier ? word("tier", String(tier)) : "",
    to ? `→ ${nameOf(String(to))}` : "",
    team ? `→ ${team}` : "",
    result ? text(`r_${result as "satisfied"}`) : "",
    satisfaction ? `${text("satisfaction")} ${satisfaction} / 5` : "",
    cause ? `${text("cause")}: ${cause}` : "",
  ].filter(Boolean);
  return told.length ? html`<p>${told.join(" · ")}</p>` : nothing;
}
