/** What happens on the person's sites, as it happens (server-sent events of `/api/v1/events`). */

import type { ReactiveController, ReactiveControllerHost } from "lit";
import { listen, type Change } from "./stream";

type Listener = (change: Change | null) => void;

const listeners = new Set<Listener>();
let isFollowing = false;

/** Begin to listen, and go on whatever happens. */
export function follow(): void {
  if (isFollowing) return;
  isFollowing = true;
  listen((change) => {
    for (const listener of listeners) listener(change);
  });
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
