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
  befores: Before[];
}

/** Decide on one record; null takes the verdict back. */
export async function decide(record: string, verdict: Verdict | null, note = ""): Promise<void> {
  const params = { path: { record } };
  await data(api.POST("/api/v1/records/{record}/review", { params, body: { verdict, note } }));
}

/** One verdict on many photos of a walk. */
export async function decideMany(inspection: string, photos: string[], verdict: Verdict | null, note = ""): Promise<void> {
  const params = { path: { inspection } };
  await data(api.POST("/api/v1/review/{inspection}/decide", { params, body: { photos, verdict, note } }));
}

/** The decisions of this visit, the last one first to go. */
export class Steps {
  private readonly steps: Step[] = [];

  get isEmpty(): boolean {
    return !this.steps.length;
  }

  did(told: string, shots: Shot[]): Step {
    const befores = shots.map((one) => ({ id: one.id, verdict: one.verdict, note: one.review_note }));
    const step = { told, befores };
    this.steps.push(step);
    return step;
  }

  /** A decision that was refused never happened. */
  forget(step: Step): void {
    const at = this.steps.indexOf(step);
    if (at >= 0) this.steps.splice(at, 1);
  }

  /** The last step, or the one that is named, taken from the list. */
  take(step?: Step): Step | null {
    const found = step ?? this.steps.at(-1);
    if (!found || !this.steps.includes(found)) return null;
    this.forget(found);
    return found;
  }
}

/** Put verdicts back as they were. */
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
    await decideMany(inspection, group.map((one) => one.id), verdict, first.note);
  }
}

/** The word for what was done. */
export function doneText(verdict: Verdict): string {
  return { approved: text("didApprove"), returned: text("didReturn"), retake: text("didRetake") }[verdict];
}
