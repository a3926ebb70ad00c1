/** Who is signed in, and what that person may do. */

import type { Here, Role } from "../generated/api";
import { api, data } from "./api";
import { now } from "./clock";

let here: Here | null = null;

/** All tabs of a browser have one cookie: who signs in at one of them is who acts in all. */
const channel = new BroadcastChannel("fieldops-person");
channel.onmessage = (event) => {
  if (here && event.data !== here.person.id) location.reload();
};

/** Ask the server who is there; goes to the sign-in page where nobody is. */
export async function begin(): Promise<Here> {
  here = await data(api.GET("/api/v1/session"));
  channel.postMessage(here.person.id);
  return here;
}

/** Who is signed in. Pages are shown only when somebody is. */
export function person(): Here["person"] {
  if (here === null) throw new Error("nobody is signed in");
  return here.person;
}

export function session(): Here {
  if (here === null) throw new Error("nobody is signed in");
  return here;
}

/** Whether the person holds one of these roles somewhere; the server decides site by site. */
export function has(...roles: Role[]): boolean {
  return person().grants.some(
    (grant) => roles.includes(grant.role) && (grant.expires_ms === null || grant.expires_ms > now()),
  );
}

/** Whether the person holds one of these roles on every site. */
export function hasEverywhere(...roles: Role[]): boolean {
  return person().grants.some((grant) => roles.includes(grant.role) && grant.sites === null);
}

export async function signOut(): Promise<void> {
  const out = await data(api.DELETE("/api/v1/session"));
  location.assign(out.sign_out_at || "/signin");
}
