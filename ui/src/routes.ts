/** Every page of the console: its address, who is shown the way to it, and where it stands. */

import type { Role } from "./generated/api";

export interface Route {
  /** Words of the address; `:id` is any word. First words are those of `console/pages.py`. */
  path: string;
  tag: string;
  load: () => Promise<unknown>;
  /** The row of the navigation that it belongs to. */
  nav: NavKey;
}

export type NavKey =
  | "today" | "review" | "findings" | "complaints" | "conflicts" | "quarantine" | "assessment"
  | "sites" | "checklists" | "plugins" | "devices" | "people" | "audit" | "profile";

/** The navigation: what each role is shown (the API decides what they may). */
export const NAV: { key: NavKey; path: string; roles: Role[]; group: "work" | "figures" | "ops" }[] = [
  { key: "today", path: "/", roles: ["inspector", "supervisor", "ops", "auditor", "administrator"], group: "work" },
  { key: "review", path: "/review", roles: ["supervisor"], group: "work" },
  { key: "findings", path: "/findings", roles: ["inspector", "supervisor", "ops", "auditor", "administrator"], group: "work" },
  { key: "complaints", path: "/complaints", roles: ["inspector", "supervisor", "ops", "auditor", "administrator"], group: "work" },
  { key: "conflicts", path: "/conflicts", roles: ["inspector", "supervisor", "ops", "auditor", "administrator"], group: "work" },
  { key: "quarantine", path: "/quarantine", roles: ["supervisor", "administrator"], group: "work" },
  { key: "assessment", path: "/assessment", roles: ["supervisor", "ops", "auditor", "administrator"], group: "figures" },
  { key: "sites", path: "/sites", roles: ["ops", "administrator"], group: "ops" },
  { key: "checklists", path: "/checklists", roles: ["ops", "administrator"], group: "ops" },
  { key: "plugins", path: "/plugins", roles: ["ops", "auditor", "administrator"], group: "ops" },
  { key: "devices", path: "/devices", roles: ["ops", "administrator"], group: "ops" },
  { key: "people", path: "/people", roles: ["administrator"], group: "ops" },
  { key: "audit", path: "/audit", roles: ["auditor", "administrator"], group: "ops" },
];

export const routes: Route[] = [
  { path: "/", tag: "fo-today", load: () => import("./pages/today/today"), nav: "today" },
  { path: "/review", tag: "fo-review", load: () => import("./pages/review/queue"), nav: "review" },
  { path: "/inspections/:id", tag: "fo-inspection", load: () => import("./pages/review/inspection"), nav: "review" },
  { path: "/findings", tag: "fo-findings", load: () => import("./pages/findings/board"), nav: "findings" },
  { path: "/findings/:id", tag: "fo-finding", load: () => import("./pages/findings/finding"), nav: "findings" },
  { path: "/complaints", tag: "fo-complaints", load: () => import("./pages/complaints/list"), nav: "complaints" },
  { path: "/complaints/:id", tag: "fo-complaint", load: () => import("./pages/complaints/complaint"), nav: "complaints" },
  { path: "/conflicts", tag: "fo-conflicts", load: () => import("./pages/conflicts/conflicts"), nav: "conflicts" },
  { path: "/quarantine", tag: "fo-quarantine", load: () => import("./pages/quarantine/quarantine"), nav: "quarantine" },
  { path: "/assessment", tag: "fo-assessment", load: () => import("./pages/assessment/assessment"), nav: "assessment" },
  { path: "/sites", tag: "fo-sites", load: () => import("./pages/sites/sites"), nav: "sites" },
  { path: "/checklists", tag: "fo-checklists", load: () => import("./pages/checklists/list"), nav: "checklists" },
  { path: "/checklists/:key", tag: "fo-checklist", load: () => import("./pages/checklists/checklist"), nav: "checklists" },
  { path: "/plugins", tag: "fo-plugins", load: () => import("./pages/plugins/plugins"), nav: "plugins" },
  { path: "/devices", tag: "fo-devices", load: () => import("./pages/devices/devices"), nav: "devices" },
  { path: "/people", tag: "fo-people", load: () => import("./pages/people/people"), nav: "people" },
  { path: "/audit", tag: "fo-audit", load: () => import("./pages/audit/audit"), nav: "audit" },
  { path: "/profile", tag: "fo-profile", load: () => import("./pages/profile/profile"), nav: "profile" },
];
