/** What a finding's record holds, as `rules/findingeffects.py` writes it. */

import { html, nothing, type TemplateResult } from "lit";
import { ago, instant } from "../../core/format";
import { titled } from "../../core/language";
import { nameOf } from "../../core/names";
import { tone } from "../../core/words";
import type { Listed } from "../../generated/api";
import { severityWord, stateWord, text } from "./texts";

/** What one step said, by whom and when; the members beside depend on the step. */
export interface Entry {
  op: string;
  by: string;
  at: string;
  note?: string;
  reason?: string;
  before?: string[];
  after?: string[];
  photos?: string[];
  outcome?: string;
  points?: number;
  decision?: string;
  deadline?: string | null;
}

export interface FindingBody {
  titles?: Record<string, string>;
  text?: string;
  severity?: string;
  area?: string;
  item?: string;
  repeat?: string;
  inspection?: string;
  result?: string;
  feedback?: string;
  by?: string;
  photos?: string[];
  owner?: string | null;
  team?: string | null;
  deadline?: string | null;
  deduction?: number | null;
  repeats?: number;
  repeat_of?: string | null;
  evidence?: Record<string, unknown>;
  rectifications?: Entry[];
  rechecks?: Entry[];
  appeals?: Entry[];
}

export function bodyOf(listed: Listed): FindingBody {
  return listed.finding.body as FindingBody;
}

/** What it is called: its rule's titles, or the words of whoever raised it. */
export function nameOfFinding(body: FindingBody): string {
  return titled(body.titles, body.text ?? body.item ?? text("finding"));
}

export function ownerOf(body: FindingBody): string {
  return [body.owner ? nameOf(body.owner) : "", body.team ?? ""].filter(Boolean).join(" · ");
}

export function severityBadge(severity: string | undefined): unknown {
  return severity ? html`<span class="badge ${tone("severity", severity)}">${severityWord(severity)}</span>` : nothing;
}

export function stateBadge(state: string): TemplateResult {
  return html`<span class="badge ${tone("state", state)}">${stateWord(state)}</span>`;
}

/** The deadline, in words that say whether it has passed. */
export function deadlineTold(listed: Listed): unknown {
  const by = bodyOf(listed).deadline;
  if (!by) return html`<span class="muted">${text("noDeadline")}</span>`;
  if (listed.is_overdue) {
    return html`<span class="badge bad" title=${instant(by)}>${text("overdue")} · ${ago(by)}</span>`;
  }
  return html`<span class="number" title=${ago(by)}>${instant(by)}</span>`;
}
