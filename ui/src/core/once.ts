/**
 * What is sent again because no answer came is done once: it keeps its key (`Idempotency-Key`) until there is an answer,
 * over a reload as well.
 *
 * Where something new is made, the next thing sent to the same place has the key of what is still open, even if a word of
 * it has changed: had the first arrived, the server says so, instead of making a second.
 */

interface Open {
  path: string;
  said: string;
  key: string;
  atMs: number;
}

const KEPT = "fieldops-open";
/** The server remembers for two days. */
const KEPT_MS = 24 * 3_600_000;
const MAKES = /\/(feedback|findings|grants|notes|users)$/;
/** What this page still waits for. */
const awaited = new Set<string>();
let open: Open[] = [];
try {
  open = JSON.parse(sessionStorage.getItem(KEPT) ?? "[]") as Open[];
} catch {
  // What cannot be read is nothing.
}

/** Give a request its key, if it makes something or names what its person has read. */
export async function name(request: Request): Promise<void> {
  const path = new URL(request.url).pathname;
  const makes = MAKES.test(path);
  if (request.method !== "POST" || !(makes || request.headers.has("If-Match"))) return;
  const said = hash((request.headers.get("If-Match") ?? "") + (await request.clone().text()));
  const here = open.filter((one) => one.path === path && Date.now() - one.atMs < KEPT_MS);
  const found = here.find((one) => one.said === said) ?? (makes ? here.findLast((one) => !awaited.has(one.key)) : undefined);
  const key = found?.key ?? drawn();
  awaited.add(key);
  keep([...open.filter((one) => one !== found), { path, said, key, atMs: Date.now() }]);
  request.headers.set("Idempotency-Key", key);
}

/** Hear of an answer: once it is here as a whole, there is nothing to send again. */
export async function answered(request: Request, response: Response): Promise<void> {
  const key = request.headers.get("Idempotency-Key");
  if (!key) return;
  await response.clone().arrayBuffer().finally(() => awaited.delete(key));
  // A server, or a proxy, that broke may have done it all the same.
  if (response.status < 500) keep(open.filter((one) => one.key !== key));
}

/** Hear that no answer comes. */
export function unanswered(request: Request): void {
  awaited.delete(request.headers.get("Idempotency-Key") ?? "");
}

function keep(now: Open[]): void {
  open = now.filter((one) => Date.now() - one.atMs < KEPT_MS);
  sessionStorage.setItem(KEPT, JSON.stringify(open));
}

/** 128 random bits; `randomUUID` is there by HTTPS alone. */
function drawn(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (one) => one.toString(16).padStart(2, "0")).join("");
}

/** FNV-1a: tells texts of one person apart, and lets nobody read them. */
function hash(words: string): string {
  let found = 0x811c9dc5;
  for (let at = 0; at < words.length; at++) found = Math.imul(found ^ words.charCodeAt(at), 0x01000193);
  return `${found >>> 0}.${words.length}`;
}
