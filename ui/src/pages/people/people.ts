/** Everybody, with what each may do; one person, where the address names somebody. */

import { html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { Task } from "@lit/task";
import { api, data } from "../../core/api";
import { day, isPast } from "../../core/format";
import { Keys } from "../../core/keys";
import { loadNames, nameOf } from "../../core/names";
import { Page } from "../../core/page";
import { go } from "../../core/router";
import { word } from "../../core/words";
import type { Grant, UserView } from "../../generated/api";
import { choice } from "../../parts/filters";
import { rowKeys } from "../../parts/rows";
import { empty, shown } from "../../parts/told";
import "../../styles/people.css";
import "./add";
import type { Add } from "./add";
import "./person";
import { ROLES } from "./roles";
import { text } from "./texts";



@customElement("fo-people")
export class People extends Page {
  @state() private find = "";
  private readonly task = new Task(this, { task: everybody, args: () => [] });
  readonly keyboard = new Keys(this, () => [
    ...rowKeys(this, "tbody a"),
    { keys: ["n"], told: () => text("keyAdd"), run: () => this.add() },
    { keys: ["/"], told: () => text("keyFind"), run: () => this.querySelector<HTMLInputElement>("input[type=search]")?.focus() },
  ]);

  override heading(): string {
    return this.one?.name ?? text("heading");
  }

  private get one(): UserView | undefined {
    const wanted = this.query.get("user");
    return wanted ? this.task.value?.find((one) => one.id === wanted) : undefined;
  }

  private add(): void {
    void this.querySelector<Add>("fo-add-person")?.open();
  }

  override render(): unknown {
    return html`${shown(this.task, (all) => (this.one ? this.single(this.one, all) : this.list(all)))}
      ${this.task.value ? nothing : html`<h1 class="hidden">${text("heading")}</h1>`}
      <fo-add-person @added=${(event: CustomEvent<string>) => void this.added(event.detail)}></fo-add-person>`;
  }

  private async added(id: string): Promise<void> {
    await this.task.run();
    go(`/people?user=${id}`);
  }

  private single(one: UserView, all: UserView[]): unknown {
    const heads = all.flatMap((each) => each.grants.filter(([, grant]) => isHead(grant)).map(([id]) => id));
    return html`<p class="small"><a href="/people">${text("back")}</a></p>
      <h1>${one.name}</h1>
      <fo-person .one=${one} .onlyHead=${heads.length === 1 ? (heads[0] ?? "") : ""} @changed=${() => void this.task.run()}
        @gone=${async () => {
          await this.task.run();
          go("/people");
        }}></fo-person>`;
  }

  private list(all: UserView[]): unknown {
    const words = this.find.trim().toLowerCase();
    const role = this.query.get("role");
    const found = all.filter(
      (one) =>
        `${one.name} ${one.login} ${one.staff_number} ${one.team} ${one.post}`.toLowerCase().includes(words) &&
        (!role || one.grants.some(([, grant]) => grant.role === role)),
    );
    return html`<div class="split"><h1>${text("heading")}</h1>
        <button type="button" class="main" @click=${this.add}>${text("add")}</button></div>
      <div class="filters">
        <label class="filter people-find"><span>${text("find")}</span>
          <input type="search" .value=${this.find} @input=${(event: Event) => (this.find = (event.target as HTMLInputElement).value)} /></label>
        ${choice("role", text("role"), [{ value: "", label: text("allRoles") }, ...ROLES.map((one) => ({ value: one, label: word("role", one) }))])}
      </div>
      <div class="card scroll">${found.length ? table(found) : empty(text("none"))}</div>`;
  }
}

/** An administrator of everything, without an end: one of them must be left. */
export function isHead(grant: Grant): boolean {
  return grant.role === "administrator" && grant.sites === null && grant.expires_ms === null;
}

function table(found: UserView[]): unknown {
  return html`<table>
    <thead><tr><th>${text("name")}</th><th>${text("login")}</th><th>${text("number")}</th><th>${text("team")}</th><th>${text("grants")}</th></tr></thead>
    <tbody>${found.map((one) => html`<tr>
      <td><a href="/people?user=${one.id}">${one.name}</a></td><td>${one.login}</td><td class="people-number">${one.staff_number}</td>
      <td>${[one.team, one.post].filter(Boolean).join(" · ")}</td>
      <td>${one.grants.length ? one.grants.map(([, grant]) => badge(grant)) : html`<span class="muted">${text("noGrants")}</span>`}</td>
    </tr>`)}</tbody>
  </table>`;
}

function badge(grant: Grant): unknown {
  const where = grant.sites === null ? text("everySite") : grant.sites.map((id) => nameOf(id)).join(", ");
  const isOver = grant.expires_ms !== null && isPast(grant.expires_ms);
  return html`<span class="badge ${isOver ? "" : grant.role === "administrator" ? "warn" : "accent"}">${word("role", grant.role)}</span>
    <span class="small muted">${where}${grant.expires_ms === null ? nothing : html` · ${isOver ? text("over") : text("until", { when: day(grant.expires_ms) })}`}</span> `;
}

async function everybody(): Promise<UserView[]> {
  await loadNames();
  const found: UserView[] = [];
  let cursor: string | null = "";
  while (cursor !== null) {
    const page: { items: unknown[]; cursor: string | null } = await data(
      api.GET("/api/v1/users", { params: { query: { cursor, limit: 200 } } }),
    );
    // Of a list's pairs the generated types forget which comes first.
    found.push(...(page.items as UserView[]));
    cursor = page.cursor;
  }
  return found;
}
