/** A walk as the review pages go through it: its photos in one row, and what may be done about each. */

import type { Line, Reviewed, ReviewlinesPart, Shot } from "../../generated/api";

/** One photo with the item that it is of. */
export interface Stop {
  part: ReviewlinesPart;
  line: Line;
  shot: Shot;
}

/** Every photo in the order of the checklist. */
export function stopsOf(walk: Reviewed): Stop[] {
  return walk.parts.flatMap((part) => part.lines.flatMap((line) => line.photos.map((shot) => ({ part, line, shot }))));
}

/** Whether a photo is wanted and not here: nothing can be seen of it. */
export function isOwed(shot: Shot): boolean {
  return shot.state === "awaiting";
}

/** Whether a photo was taken again: the new one is what counts. */
export function isReplaced(walk: Reviewed, shot: Shot): boolean {
  return stopsOf(walk).some((one) => one.shot.retakes === shot.id);
}

/** Whether nothing speaks against a photo, so that it may be approved unseen with others. */
export function isHarmless({ line, shot }: Stop): boolean {
  const isClean = shot.state === "stored" && shot.shown === "ready" && shot.risk === 0;
  return isClean && !shot.verdict && line.outcome !== "fail" && !line.in_conflict;
}

/** Whether a supervisor should look at a photo that nobody has decided on. */
export function isNotable(stop: Stop): boolean {
  return !stop.shot.verdict && !isOwed(stop.shot) && !isHarmless(stop);
}

export function isDecidable(shot: Shot): boolean {
  return shot.state === "stored" || shot.state === "removed";
}

/** How far the review of a walk is: of photos that can be decided on. */
export function progress(stops: Stop[]): { done: number; all: number } {
  const all = stops.filter((one) => isDecidable(one.shot));
  return { done: all.filter((one) => one.shot.verdict).length, all: all.length };
}

/** The walk with other values in some of its photos; what is shown is never changed in place. */
export function withShots(walk: Reviewed, changes: Map<string, Partial<Shot>>): Reviewed {
  const shot = (one: Shot): Shot => (changes.has(one.id) ? { ...one, ...changes.get(one.id) } : one);
  const line = (one: Line): Line => ({ ...one, photos: one.photos.map(shot) });
  return { ...walk, parts: walk.parts.map((part) => ({ ...part, lines: part.lines.map(line) })) };
}

/** The high risk from which on it is marked as such, and where marking begins. */
export function riskTone(risk: number | null): string {
  if (risk === null || risk < 1) return "";
  return risk >= 60 ? "bad" : risk >= 25 ? "warn" : "accent";
}
