/** What sites, areas and people are called: loaded once, asked for by id. */

import { api, data } from "./api";
import { person } from "./session";

type Names = Map<string, string>;
let loading: Promise<Names> | null = null;
const found: Names = new Map();

/** Load the names of sites and areas; a page awaits it before it shows them. */
export function loadNames(): Promise<Names> {
  loading ??= load();
  return loading;
}

async function load(): Promise<Names> {
  found.set(person().id, person().name);
  await Promise.all([all("/api/v1/sites"), all("/api/v1/areas")]);
  return found;
}

async function all(path: "/api/v1/sites" | "/api/v1/areas"): Promise<void> {
  let cursor: string | null = "";
  while (cursor !== null) {
    const page: { items: { id: string; body: Record<string, unknown> }[]; cursor: string | null } = await data(
      api.GET(path, { params: { query: { cursor, limit: 200 } } }),
    );
    for (const one of page.items) found.set(one.id, String(one.body["name"] ?? ""));
    cursor = page.cursor;
  }
}

/** What something is called, or the beginning of its id. */
export function nameOf(id: string | null | undefined): string {
  return id ? (found.get(id) ?? id.slice(0, 8)) : "";
}

/** Tell a name that another answer held. */
export function learn(id: string, name: string): void {
  found.set(id, name);
}

/** The sites that the person may see, by name. */
export async function sites(): Promise<{ id: string; name: string }[]> {
  const page = await data(api.GET("/api/v1/sites", { params: { query: { limit: 200 } } }));
  return page.items
    .map((one) => ({ id: one.id, name: String(one.body["name"] ?? "") }))
    .sort((one, other) => one.name.localeCompare(other.name));
}
