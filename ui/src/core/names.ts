/** What sites, areas and people are called: asked for by id, and loaded again when they may be others. */

import type { Colleague, Role } from "../generated/api";
import { api, data } from "./api";
import { person } from "./session";

type Names = Map<string, string>;
let loading: Promise<Names> | null = null;
let loadedMs = 0;
const found: Names = new Map();
const OLD_MS = 300_000;
/** Shown by their ids, because they had no name here; what is new since the names were loaded is among them. */
const missed = new Set<string>();
/** Those that had none after they were asked for: nobody may tell them. */
const nameless = new Set<string>();
const LEARNT = "fieldops-names";

/** Load the names of sites, areas and people; a page awaits it before it shows them. */
export function loadNames(): Promise<Names> {
  const isOld = performance.now() - loadedMs > OLD_MS;
  if (loading && !missed.size && !isOld) return loading;
  if (isOld) nameless.clear();
  for (const id of missed) nameless.add(id);
  missed.clear();
  loadedMs = performance.now();
  const asked = load();
  // What could not be loaded is asked for again; names that are known are good enough meanwhile.
  loading = loading ? asked.catch(() => found) : asked;
  asked.catch(() => (loadedMs = -OLD_MS));
  return loading;
}

async function load(): Promise<Names> {
  found.set(person().id, person().name);
  await Promise.all([all("/api/v1/sites"), all("/api/v1/areas"), everybody()]);
  return found;
}

async function everybody(): Promise<void> {
  for (const one of await colleagues()) found.set(one.id, one.name);
}

async function all(path: "/api/v1/sites" | "/api/v1/areas"): Promise<void> {
  for (const one of await named(path)) found.set(one.id, one.name);
}

async function named(path: "/api/v1/sites" | "/api/v1/areas"): Promise<{ id: string; name: string }[]> {
  const list = await every((cursor) => data(api.GET(path, { params: { query: { cursor, limit: 200 } } })));
  return list.map((one) => ({ id: one.id, name: String(one.body["name"] ?? "") }));
}

/** A whole list, page by page. */
async function every<T>(ask: (cursor: string) => Promise<{ items: T[]; cursor: string | null }>): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | null = "";
  while (cursor !== null) {
    const page: { items: T[]; cursor: string | null } = await ask(cursor);
    items.push(...page.items);
    cursor = page.cursor;
  }
  return items;
}

/** What something is called, or the beginning of its id. */
export function nameOf(id: string | null | undefined): string {
  if (!id) return "";
  const name = found.get(id);
  if (name === undefined && !nameless.has(id)) miss(id);
  return name ?? id.slice(0, 8);
}

/** Somebody or something is newer than the names: they are asked for once more, and shown when they are there. */
function miss(id: string): void {
  if (!missed.size && loading) window.setTimeout(() => void loadNames().then(() => window.dispatchEvent(new Event(LEARNT)), () => undefined));
  missed.add(id);
}

/** Run when names have come that were shown by their ids. */
export function onNames(run: () => void): () => void {
  window.addEventListener(LEARNT, run);
  return () => window.removeEventListener(LEARNT, run);
}

/** Tell a name that another answer held. */
export function learn(id: string, name: string): void {
  found.set(id, name);
}

/** Who works on the person's sites, or on one of them in one role: whom something can be given to. */
export async function colleagues(site: string | null = null, role: Role | null = null): Promise<Colleague[]> {
  const everyone = await every((cursor) => data(api.GET("/api/v1/people", { params: { query: { site, role, cursor, limit: 200 } } })));
  return everyone.sort((one, other) => one.name.localeCompare(other.name));
}

/** The sites that the person may see, by name. */
export async function sites(): Promise<{ id: string; name: string }[]> {
  return (await named("/api/v1/sites")).sort((one, other) => one.name.localeCompare(other.name));
}
