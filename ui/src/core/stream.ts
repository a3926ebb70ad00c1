/**
 * The stream of what happens (`/api/v1/events`), one for all tabs of this browser: a server lets a person
 * have five, and a browser opens six connections to a server at most.
 *
 *     the tab that holds the lock ─ EventSource ─→ its own listeners, and the channel ─→ the other tabs
 *     it is closed ─→ the next tab has the lock, opens a stream of its own, and everybody loads again
 */

/** One change, as `sync/fieldops_sync/webhooks.py` (`Event`) has it: what it is about, not what it says. */
export interface Change {
  position: number;
  type: string;
  kind: string;
  subject: string;
  site?: string;
  inspection?: string;
  state: string;
  revision: number;
  changed: string[];
}

/** What tabs tell each other. `null` for a change: something was missed, load again. */
type Word = { change: Change | null } | { isOpen: boolean } | "are-you-open";

const NAME = "fieldops-live";
/** How long a stream that the server refused is left alone. */
const REFUSED_MS = 10_000;

/** Who has the lock so soon is the first tab. */
const SOON_MS = 1000;

const channel = new BroadcastChannel(NAME);
let isOpen = false;
let source: EventSource | null = null;
let hear: (change: Change | null) => void = () => undefined;

/** Listen from now on, and go on whatever happens. `listener` is told null where something was missed. */
export function listen(listener: (change: Change | null) => void): void {
  hear = listener;
  channel.onmessage = (event) => receive(event.data as Word);
  channel.postMessage("are-you-open" satisfies Word);
  const asked = performance.now();
  // Held until this tab is closed; the tabs behind it wait for it, and have missed what happened in between.
  void navigator.locks.request(NAME, () => new Promise<never>(() => lead(performance.now() - asked > SOON_MS)));
}

/** Whether changes are heard of at the moment. */
export function isHeard(): boolean {
  return isOpen;
}

function receive(word: Word): void {
  if (word === "are-you-open") {
    if (source) channel.postMessage({ isOpen } satisfies Word);
  } else if ("change" in word) hear(word.change);
  else show(word.isOpen);
}

function lead(isAgain: boolean): void {
  const mine = (source = new EventSource("/api/v1/events"));
  let isBack = isAgain;
  mine.onopen = () => {
    state(true);
    // What pages have asked for while nothing was reached is asked anew.
    if (isBack) tell(null);
    isBack = false;
  };
  mine.onerror = () => {
    isBack = true;
    state(false);
    // A browser tries again by itself unless it was refused.
    if (mine.readyState === EventSource.CLOSED) window.setTimeout(() => lead(true), REFUSED_MS);
  };
  mine.addEventListener("change", (event) => tell(JSON.parse(event.data as string) as Change));
  // The server cannot say what was missed: whoever listens loads again.
  mine.addEventListener("reset", () => tell(null));
  mine.addEventListener("end", () => {
    mine.close();
    lead(true);
  });
}

function tell(change: Change | null): void {
  channel.postMessage({ change } satisfies Word);
  hear(change);
}

function state(now: boolean): void {
  channel.postMessage({ isOpen: now } satisfies Word);
  show(now);
}

function show(now: boolean): void {
  isOpen = now;
  window.dispatchEvent(new Event(NAME));
}
