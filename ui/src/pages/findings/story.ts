/** Everything that happened to a finding, the newest first: who, when, what it said. */

import { html, nothing, type TemplateResult } from "lit";
import { ago, instant } from "../../core/format";
import { nameOf } from "../../core/names";
import type { StepView } from "../../generated/api";
import type { Entry } from "./body";
import { text } from "./texts";

const WORDS: Record<string, Parameters<typeof text>[0]> = {
  "finding.raise@1": "x_raise", "finding.report@1": "x_report", "finding.withdraw@1": "x_withdraw", "finding.schedule@1": "x_schedule",
  "finding.escalate@1": "x_escalate", "finding.relieve@1": "x_relieve", "finding.link@1": "x_link", "finding.assign@1": "x_assign",
  "rectification.report@1": "x_rectify", "recheck.record@1": "x_recheck", "finding.appeal@1": "x_appeal", "appeal.decide@1": "x_decide",
  "finding.pause@1": "x_pause", "finding.resume@1": "x_resume", "record.void@1": "x_void",
};
const LISTS = ["rectifications", "rechecks", "appeals", "decisions", "pauses", "resumptions"];
const OUTCOMES: Record<string, Parameters<typeof text>[0]> = {
  closed: "o_closed", again: "o_again", deducted: "o_deducted", upheld: "d_upheld", dismissed: "d_dismissed",
};

export function story(steps: StepView[]): TemplateResult {
  return html`<ol class="findings-story" reversed>
    ${steps.toReversed().map((one) => step(one))}
  </ol>`;
}

function step(one: StepView): TemplateResult {
  const said = saidIn(one);
  const word = WORDS[one.type];
  const details = [outcome(said), owner(one), deadline(one), escalated(one)].filter(Boolean).join(" · ");
  const words = said.note ?? said.reason;
  return html`<li>
    <span class="small muted" title=${text("heard", { at: instant(one.received_at) })}>${instant(one.occurred_at)}<br />${ago(one.occurred_at)}</span>
    <div>
      <strong>${word ? text(word) : one.type}</strong> <span class="muted">· ${one.actor_name || text("byServer")}</span>
      ${details ? html`<p>${details}</p>` : nothing} ${words ? html`<p class="findings-words">${words}</p>` : nothing}
    </div>
  </li>`;
}

/** What the step said: the entry that it added, or the members it wrote. */
function saidIn(one: StepView): Partial<Entry> {
  for (const name of LISTS) {
    const list = one.changed[name];
    if (Array.isArray(list)) return (list.at(-1) ?? {}) as Entry;
  }
  return (one.changed["assignment"] ?? one.changed) as Partial<Entry>;
}

function outcome(said: Partial<Entry>): string {
  const word = OUTCOMES[said.outcome ?? said.decision ?? ""];
  const points = said.points ? text("points", { n: said.points }) : "";
  return [word ? text(word) : "", points].filter(Boolean).join(" · ");
}

function owner(one: StepView): string {
  if (one.type !== "finding.assign@1") return "";
  const to = one.changed["owner"];
  const team = one.changed["team"];
  return [typeof to === "string" ? nameOf(to) : "", typeof team === "string" ? team : ""].filter(Boolean).join(" · ");
}

function deadline(one: StepView): string {
  const by = one.changed["deadline"];
  return typeof by === "string" ? `${text("deadline")} ${instant(by)}` : "";
}

function escalated(one: StepView): string {
  const list = one.changed["escalations"];
  const to = Array.isArray(list) ? (list.at(-1) as { step?: string }).step : undefined;
  return to === "team" || to === "supervisor" || to === "office" ? text(`esc_${to}`) : "";
}
