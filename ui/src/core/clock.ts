/** The server's clock: what is late, over or just now is told by it, however wrong that of the browser is. */

/** An answer was under way, and `Date` has whole seconds: less than this is no difference. */
const ALIKE_MS = 5_000;
let aheadMs = 0;

/** Learn from the `Date` of an answer that has just come (RFC 9110, 6.6.1). */
export function learnClock(date: string | null): void {
  const away = Date.parse(date ?? "") - Date.now();
  if (!Number.isNaN(away)) aheadMs = Math.abs(away) < ALIKE_MS ? 0 : away;
}

/** Milliseconds since 1970 at the server. */
export function now(): number {
  return Date.now() + aheadMs;
}
