/** What a complaint's record holds, as `rules/complainteffects.py` writes it, and its clocks. */

import { html, nothing, type TemplateResult } from "lit";
import { ago, instant } from "../../core/format";
import { nameOf } from "../../core/names";
import { tone, word } from "../../core/words";
import type { ComplaintView } from "../../generated/api";
import { text } from "./texts";

/** As `Clock` of `sync/fieldops_sync/complaintpayloads.py`: instants in UTC. */
interface Clock {
  occurred: string;
  tier: string;
  team?: string;
  answer_by: string;
  answered?: string;
  resolve_by?: string;
  resolved?: string;
  follow_up_from?: string;
  follow_up_by?: string;
  followed_up?: string;
  follow_ups?: number;
  satisfaction?: number;
  reopened?: number;
}

export interface ComplaintBody {
  text?: string;
  tier?: string;
  area?: string;
  inspection?: string;
  reference?: string;
  consent?: string;
  photos?: string[];
  contact?: unknown;
  withheld?: string[];
  clock?: Clock;
  suggestion?: { tier: string; rules?: string[] };
  handover?: { to?: string; team?: string; note?: string; by: string; at: string } | null;
  archive?: { cause?: string };
}

export type Awaited = "answer" | "resolve" | "follow-up";
export const AWAITED: Awaited[] = ["answer", "resolve", "follow-up"];

export interface Due {
  what: Awaited;
  by: string | null;
  from: string | null;
  done: string | null;
  isOverdue: boolean;
}

export function bodyOf(view: ComplaintView): ComplaintBody {
  return view.record.body as ComplaintBody;
}

/** The tier that holds: what a person called it, else what the rules say. */
export function tierOf(view: ComplaintView): string {
  const body = bodyOf(view);
  return body.clock?.tier ?? body.tier ?? body.suggestion?.tier ?? "";
}

export function tierBadge(view: ComplaintView): unknown {
  const tier = tierOf(view);
  return tier ? html`<span class="badge ${tone("tier", tier)}">${word("tier", tier)}</span>` : nothing;
}

export function stateBadge(state: string): TemplateResult {
  return html`<span class="badge ${tone("state", state)}">${word("state", state)}</span>`;
}

export function ownerTold(view: ComplaintView): unknown {
  return view.owner ? nameOf(view.owner) : html`<span class="muted">${text("nobody")}</span>`;
}

/** The three clocks of a complaint, as the server keeps them. */
export function dues(view: ComplaintView): Due[] {
  const clock = bodyOf(view).clock;
  if (!clock) return [];
  const made = (what: Awaited, by?: string | null, done?: string | null, from?: string | null): Due => ({
    what, by: by ?? null, from: from ?? null, done: done ?? null, isOverdue: (view.overdue ?? []).includes(what),
  });
  return [
    made("answer", clock.answer_by, clock.answered),
    made("resolve", clock.resolve_by, clock.resolved),
    // What is due next stands beside what was done last.
    made("follow-up", clock.follow_up_by, clock.follow_up_by ? null : clock.followed_up, clock.follow_up_from),
  ];
}

/** The deadline that comes first of what is not done yet. */
export function nextDue(view: ComplaintView): Due | undefined {
  const open = dues(view).filter((one) => one.by && !one.done);
  return open.toSorted((one, other) => (one.by ?? "").localeCompare(other.by ?? ""))[0];
}

export function dueTold(view: ComplaintView): unknown {
  const due = nextDue(view);
  if (!due?.by || view.record.state === "archived") return nothing;
  const what = text(`c_${due.what}`);
  if (due.isOverdue) return html`<span class="badge bad" title=${instant(due.by)}>${what} · ${text("overdue")} · ${ago(due.by)}</span>`;
  return html`<span title=${instant(due.by)}>${what} · ${ago(due.by)}</span>`;
}
