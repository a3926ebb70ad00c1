/** The walks before and after this one in the queue, the next of them loaded before it is wanted. */

import type { ReactiveControllerHost } from "lit";
import { api, data } from "../../core/api";
import { has } from "../../core/session";
import type { Reviewed } from "../../generated/api";
import { stopsOf } from "./walk";

const FIRST = 3;
/** A walk that was loaded so long ago is asked for anew. */
const FRESH_MS = 60_000;

let loaded: { id: string; walk: Reviewed; atMs: number } | null = null;

export class Neighbours {
  previous: string | null = null;
  next: string | null = null;

  constructor(private readonly host: ReactiveControllerHost) {}

  /** The walk, if it was loaded as somebody's next; only once, so that asking anew is asking. */
  async take(id: string): Promise<Reviewed | null> {
    const found = loaded?.id === id && Date.now() - loaded.atMs < FRESH_MS ? loaded.walk : null;
    if (found) loaded = null;
    return Promise.resolve(found);
  }

  /** The first photos of the next walk, as far as it is loaded. */
  get firstPhotos(): string[] {
    if (!loaded || loaded.id !== this.next) return [];
    const ready = stopsOf(loaded.walk).filter((one) => one.shot.shown === "ready");
    return ready.slice(0, FIRST).map((one) => one.shot.sha256);
  }

  /** Look up who stands beside a walk in the queue as it is narrowed; a walk that left it is followed by the first. */
  async find(id: string, search: string): Promise<void> {
    if (!has("supervisor")) return;
    const query = new URLSearchParams(search);
    const [site, checklist] = [query.get("site"), query.get("checklist")];
    const narrowed = { limit: 200, ...(site ? { site } : {}), ...(checklist ? { checklist } : {}) };
    const queue = await data(api.GET("/api/v1/review", { params: { query: narrowed } })).catch(() => null);
    if (!queue) return;
    const ids = queue.inspections.map((one) => one.inspection);
    const at = ids.indexOf(id);
    this.previous = ids[at - 1] ?? null;
    this.next = ids[at + 1] ?? null;
    this.host.requestUpdate();
    if (this.next && loaded?.id !== this.next) await this.load(this.next);
  }

  private async load(inspection: string): Promise<void> {
    const walk = await data(api.GET("/api/v1/review/{inspection}", { params: { path: { inspection } } })).catch(() => null);
    if (walk) loaded = { id: inspection, walk, atMs: Date.now() };
  }
}
