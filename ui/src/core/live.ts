/** What happens on the person's sites, as it happens (server-sent events of `/api/v1/events`). */

import type { ReactiveController, ReactiveControllerHost } from "lit";

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

type Listener = (change: Change | null) => void;

const listeners = new Set<Listener>();
let source: EventSource | null = null;
let isOpen = false;

/** Begin to listen, and go on whatever happens. */
export function follow(): void {
  if (!source) start();
}

function start(): void {
  source = new EventSource("/api/v1/events");
  source.onopen = () => state(true);
  source.onerror = () => state(false);
  source.addEventListener("change", (event) => tell(JSON.parse(event.data as string) as Change));
  // The server cannot say what was missed: whoever listens loads again.
  source.addEventListener("reset", () => tell(null));
  source.addEventListener("end", () => {
    source?.close();
    start();
    tell(null);
  });
}

function state(now: boolean): void {
  isOpen = now;
  window.dispatchEvent(new Event("fieldops-live"));
}

function tell(change: Change | null): void {
  for (const listener of listeners) listener(change);
}

/** Whether changes are heard of at the moment. */
export function isLive(): boolean {
  return isOpen;
}

/**
 * Calls back, at most once a second, when something of these kinds happened (no kinds: anything).
 * `concerns` may leave out what is of another inspection, or one's own doing.
 *
 *     private readonly live = new Live(this, ["finding"], () => this.reload());
 */
export class Live implements ReactiveController {
  private timer = 0;

  constructor(
    host: ReactiveControllerHost,
    private readonly kinds: string[],
    private readonly run: () => void,
    private readonly concerns: (change: Change) => boolean = () => true,
  ) {
    host.addController(this);
  }

  private readonly listen: Listener = (change) => {
    if (change && this.kinds.length && !this.kinds.includes(change.kind)) return;
    if (change && !this.concerns(change)) return;
    this.timer ||= window.setTimeout(() => {
      this.timer = 0;
      this.run();
    }, 1000);
  };

  hostConnected(): void {
    follow();
    listeners.add(this.listen);
  }

  hostDisconnected(): void {
    listeners.delete(this.listen);
    window.clearTimeout(this.timer);
    this.timer = 0;
  }
}
