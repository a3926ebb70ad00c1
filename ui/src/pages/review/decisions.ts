/** What a supervisor decides about photos and walks, each with a way back. */

import { api, data } from "../../core/api";
import type { Shot } from "../../generated/api";
import { text } from "./texts";

export type Verdict = "approved" | "returned" | "retake";

/** A verdict as it was before, so that it can be put back. */
interface Before {
  id: string;
  verdict: string;
  note: string;
}

export interface Step {
  told: string;
  verdict: Verdict;
  befores: Before[];
  /** It was refused, or did not arrive: there is nothing to take back. */
  isRefused: boolean;
}

/** Decide on a walk as it stood at a revision; null takes the verdict back. Returns the revision that it has now. */
export async function decideWalk(record: string, revision: number, verdict: Verdict | null, note: string): Promise<number> {
  const params = { path: { record }, header: { "If-Match": `"${revision}"` } };
  const done = await data(api.POST("/api/v1/records/{record}/review", { params, body: { verdict, note } }));
  return done.record.revision;
}

/** One verdict on photos of a walk, on which `was` was seen before: nobody overwrites what he has not seen. */
export async function decide(inspection: string, photos: string[], was: Verdict | null, verdict: Verdict | null, note = ""): Promise<void> {
  const params = { path: { inspection } };
  await data(api.POST("/api/v1/review/{inspection}/decide", { params, body: { photos, was, verdict, note } }));
}

/** The decisions of this visit, the last one first to go. */
export class Steps {
  private readonly steps: Step[] = [];

  get isEmpty(): boolean {
    return !this.steps.length;
  }

  did(told: string, verdict: Verdict, shots: Shot[]): Step {
    const befores = shots.map((one) => ({ id: one.id, verdict: one.verdict, note: one.review_note }));
    const step = { told, verdict, befores, isRefused: false };
    this.steps.push(step);
    return step;
  }

  /** A decision that was refused never happened. */
  forget(step: Step): void {
    step.isRefused = true;
    this.remove(step);
  }

  private remove(step: Step): void {
    const at = this.steps.indexOf(step);
    if (at >= 0) this.steps.splice(at, 1);
  }

  /** The last step, or the one that is named, taken from the list. */
  take(step?: Step): Step | null {
    const found = step ?? this.steps.at(-1);
    if (!found || !this.steps.includes(found)) return null;
    this.remove(found);
    return found;
  }
}

/** Put verdicts back as they were, where they are still what the step made of them. */
export async function putBack(inspection: string, step: Step): Promise<void> {
  const alike = new Map<string, Before[]>();
  for (const one of step.befores) {
    const key = JSON.stringify([one.verdict, one.note]);
    alike.set(key, [...(alike.get(key) ?? []), one]);
  }
  for (const group of alike.values()) {
    const [first] = group;
    if (!first) continue;
    const verdict = (first.verdict || null) as Verdict | null;
    await decide(inspection, group.map((one) => one.id), step.verdict, verdict, first.note);
  }
}

/** The word for what was done. */
export function doneText(verdict: Verdict): string {
  return { approved: text("didApprove"), returned: text("didReturn"), retake: text("didRetake") }[verdict];
}
