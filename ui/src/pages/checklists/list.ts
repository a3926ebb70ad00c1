/** All checklists by domain, each with how its newest version stands. */

import { html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { Task } from "@lit/task";
import { api, data } from "../../core/api";
import { day } from "../../core/format";
import { Keys } from "../../core/keys";
import { titled } from "../../core/language";
import { Page } from "../../core/page";
import { word } from "../../core/words";
import { go } from "../../core/router";
import { hasEverywhere } from "../../core/session";
import type { StandardsStanding } from "../../generated/api";
import { rowKeys } from "../../parts/rows";
import { empty, shown } from "../../parts/told";
import "../../styles/checklists.css";
import { standing } from "./versions";
import { text } from "./texts";

/** The address of a draft that has no key yet: no key begins with a line. */
export const NEW = "_new";

export interface Family {
  key: string;
  domain: string;
  versions: StandardsStanding[];
}

@customElement("fo-checklists")
export class Checklists extends Page {
  @state() private find = "";
  private readonly task = new Task(this, { task: () => families(), args: () => [] });
  readonly keyboard = new Keys(this, () => [
    ...rowKeys(this, "tbody a"),
    { keys: ["/"], told: () => text("find"), run: () => this.querySelector<HTMLInputElement>("input[type=search]")?.focus() },
    ...(this.mayPublish ? [{ keys: ["n"], told: () => text("newOne"), run: () => go(`/checklists/${NEW}`) }] : []),
  ]);

  override heading(): string {
    return text("heading");
  }

  private get mayPublish(): boolean {
    return hasEverywhere("ops", "administrator");
  }

  override render(): unknown {
    return html`<div class="split"><h1>${this.heading()}</h1>
        ${this.mayPublish ? html`<a class="button main" href="/checklists/${NEW}">${text("newOne")}</a>` : nothing}</div>
      <div class="filters"><label class="filter"><span>${text("find")}</span>
        <input type="search" .value=${this.find} @input=${(event: Event) => (this.find = (event.target as HTMLInputElement).value)} /></label></div>
      ${shown(this.task, (found) => this.groups(found))}`;
  }

  private groups(found: Family[]): unknown {
    const wanted = this.find.trim().toLowerCase();
    const fitting = found.filter((one) => `${one.key} ${Object.values(newest(one).titles).join(" ")}`.toLowerCase().includes(wanted));
    const domains = [...new Set(fitting.map((one) => one.domain))];
    if (!domains.length) return empty(found.length ? undefined : text("none"));
    return domains.map((domain) => html`<section class="card scroll" aria-label=${word("domain", domain)}>
      <h2>${word("domain", domain)}</h2>
      <table class="checklists-list">
        <thead><tr><th>${text("title")}</th><th>${text("version")}</th><th>${text("published")}</th></tr></thead>
        <tbody>${fitting.filter((one) => one.domain === domain).map(row)}</tbody>
      </table>
    </section>`);
  }
}

function newest(one: Family): StandardsStanding {
  const all = one.versions;
  return all.find((version) => version.state === "current") ?? (all[all.length - 1] as StandardsStanding);
}

function row(one: Family): unknown {
  const version = newest(one);
  return html`<tr>
    <td><a href="/checklists/${one.key}">${titled(version.titles, one.key)}</a><br /><span class="muted small">${one.key}</span></td>
    <td><strong class="number">${version.version}</strong> ${standing(version.state)}
      ${one.versions.length > 1 ? html`<br /><span class="muted small">${text("versions", { n: one.versions.length })}</span>` : nothing}</td>
    <td>${day(version.published_ms)}<br /><span class="muted small">${version.by ? text("by", { name: version.by }) : text("fromShell")}</span></td>
  </tr>`;
}

/** Every checklist with its versions, the oldest first; one key only where it is named. */
export async function families(key = ""): Promise<Family[]> {
  const found = new Map<string, Family>();
  let cursor: string | null = "";
  while (cursor !== null) {
    const page: { items: StandardsStanding[]; cursor: string | null } = await data(
      api.GET("/api/v1/checklists", { params: { query: { cursor, limit: 200, key } } }),
    );
    for (const one of page.items) {
      const family = found.get(one.key) ?? { key: one.key, domain: one.domain, versions: [] };
      family.versions.push(one);
      found.set(one.key, family);
    }
    cursor = page.cursor;
  }
  return [...found.values()].sort((one, other) => one.domain.localeCompare(other.domain) || one.key.localeCompare(other.key));
}
