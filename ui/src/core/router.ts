/** Addresses: one page for each, without loading the shell again. */

import { isReached, unreached } from "./api";
import type { Page } from "./page";
import { routes, type Route } from "../routes";

const MOVED = "fieldops-moved";

export interface Place {
  route: Route;
  params: Record<string, string>;
}

/** What is shown at a path; null for an address that the console does not have. */
export function placeOf(path: string): Place | null {
  const words = path.split("/").filter(Boolean).map(decoded);
  for (const route of routes) {
    const params = fits(route.path.split("/").filter(Boolean), words);
    if (params) return { route, params };
  }
  return null;
}

/** A word of an address; one that was cut in the middle of a character is taken as it is. */
function decoded(word: string): string {
  try {
    return decodeURIComponent(word);
  } catch {
    return word;
  }
}

function fits(pattern: string[], words: string[]): Record<string, string> | null {
  if (pattern.length !== words.length) return null;
  const params: Record<string, string> = {};
  for (const [index, part] of pattern.entries()) {
    const word = words[index] ?? "";
    if (part.startsWith(":")) params[part.slice(1)] = word;
    else if (part !== word) return null;
  }
  return params;
}

/** Where somebody was on a page that he left by a link: how far down, and of how many rows. */
export interface Left {
  top: number;
  rows: number;
}

let rows = 0;

/** As many rows of a list are shown now: who comes back finds as many. */
export function showRows(count: number): void {
  rows = count;
}

/** Where the person was when he left the page to which he has come back; null where he comes anew. */
export function left(): Left | null {
  return history.state as Left | null;
}

/** Go to an address of the console. */
export function go(path: string, { replace = false } = {}): void {
  if (replace) history.replaceState(null, "", path);
  else {
    history.replaceState({ top: window.scrollY, rows } satisfies Left, "");
    history.pushState(null, "", path);
  }
  window.dispatchEvent(new Event(MOVED));
}

/** Set or clear what stands behind `?`: filters are part of the address, so that they can be sent on. */
export function setQuery(changes: Record<string, string | null>): void {
  const query = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(changes)) {
    if (value) query.set(name, value);
    else query.delete(name);
  }
  const text = query.toString();
  go(location.pathname + (text ? `?${text}` : ""), { replace: true });
}

/** The page of a place, loaded when it is first wanted. */
export async function pageOf(place: Place): Promise<Page> {
  try {
    await place.route.load();
  } catch (error) {
    // Whoever reloads without a server loses the page that he has.
    if (!(await isReached())) throw unreached();
    reloadOnce();
    throw error;
  }
  const page = document.createElement(place.route.tag) as Page;
  page.params = place.params;
  return page;
}

/** A part that is not there any more: the server has a newer console than this tab. */
function reloadOnce(): void {
  const key = "fieldops-reloaded";
  if (sessionStorage.getItem(key) === location.pathname) return;
  sessionStorage.setItem(key, location.pathname);
  location.reload();
}

/** Run whenever the address changes: by a link, by `go`, by the browser's buttons. */
export function onMoved(run: () => void): () => void {
  const click = (event: MouseEvent): void => {
    const link = event.composedPath().find((one) => one instanceof HTMLAnchorElement);
    const isPlain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
    if (!link || !isPlain || event.defaultPrevented || link.target || link.hasAttribute("download")) return;
    if (link.origin !== location.origin || !placeOf(link.pathname)) return;
    event.preventDefault();
    if (link.href !== location.href) go(link.pathname + link.search);
  };
  window.addEventListener(MOVED, run);
  window.addEventListener("popstate", run);
  document.addEventListener("click", click);
  return () => {
    window.removeEventListener(MOVED, run);
    window.removeEventListener("popstate", run);
    document.removeEventListener("click", click);
  };
}
