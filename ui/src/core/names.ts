/** What sites, areas and people are called: loaded once, asked for by id. */

import type { Colleague, Role } from "../generated/api";
import { api, data } from "./api";
import { person } from "./session";

type Names = Map<string, string>;
let loading: Promise<Names> | null = null;
const found: Names = new Map();

/** Load the names of sites, areas and people; a page awaits it before it shows them. */
export function loadNames(): Promise<Names> {
  loading ??= load();
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

/** Who works on the person's sites, or on one of them in one role: whom something can be given to. */
export async function colleagues(site: string | null = null, role: Role | null = null): Promise<Colleague[]> {
  const everyone: Colleague[] = [];
  let cursor: string | null = "";
  while (cursor !== null) {
    const page: { items: Colleague[]; cursor: string | null } = await data(
      api.GET("/api/v1/people", { params: { query: { site, role, cursor, limit: 200 } } }),
    );
    everyone.push(...page.items);
    cursor = page.cursor;
  }
  return everyone.sort((one, other) => one.name.localeCompare(other.name));
}

/** The sites that the person may see, by name. */
export async function sites(): Promise<{ id: string; name: string }[]> {
  const page = await data(api.GET("/api/v1/sites", { params: { query: { limit: 200 } } }));
  return page.items
    .map((one) => ({ id: one.id, name: String(one.body["name"] ?? "") }))
    .sort((one, other) => one.name.localeCompare(other.name));
}
