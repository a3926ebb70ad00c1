/** The audit: who did what, when, on what; how far its chain is; a contact, for a purpose. */

import { html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { Task } from "@lit/task";
import { api, data, Refused } from "../../core/api";
import { Keys } from "../../core/keys";
import { colleagues, learn, loadNames, nameOf } from "../../core/names";
import { Page } from "../../core/page";
import { setQuery } from "../../core/router";
import type { Contact, Found } from "../../generated/api";
import { Ask } from "../../parts/ask";
import { Dialog } from "../../parts/dialog";
import { choice, toggle } from "../../parts/filters";
import { Paged } from "../../parts/paged";
import { rowKeys } from "../../parts/rows";
import { shown } from "../../parts/told";
import "../../styles/audit.css";
import { GROUPS } from "./actions";
import { checkpoint } from "./checkpoint";
import { line, type Around } from "./line";
import { text } from "./texts";

@customElement("fo-audit")
export class Audit extends Page {
  @state() private contact: Contact | null = null;
  private readonly around: Around = { names: {}, kinds: {} };
  private readonly asking = new Ask(this);
  private readonly seen = new Dialog();
  private readonly list = new Paged(this, async (cursor) => {
    await loadNames();
    const page = await data(api.GET("/api/v1/audit", { params: { query: { ...this.wanted(), cursor, limit: 50 } } }));
    Object.assign(this.around.names, page.names);
    Object.assign(this.around.kinds, page.kinds);
    for (const [id, name] of Object.entries(page.names)) learn(id, name);
    return page;
  });
  private readonly people = new Task(this, { task: () => colleagues(), args: () => [] });
  private readonly chain = new Task(this, { task: latest, args: () => [] });
  readonly keyboard = new Keys(this, () => [
    ...rowKeys(this, ".audit-list summary"),
    { keys: ["/"], told: () => text("keyFind"), run: () => this.querySelector<HTMLElement>(".filters select")?.focus() },
  ]);

  override heading(): string {
    return text("heading");
  }

  override onQuery(): void {
    void this.list.reload();
  }

  /** What the address asks for, as the API takes it. */
  private wanted(): Record<string, string | number | boolean> {
    const query = this.query;
    const found: Record<string, string | number | boolean> = {};
    for (const name of ["actor", "action", "about"]) {
      const value = query.get(name);
      if (value) found[name] = value;
    }
    if (query.get("reads") === "true") found["reads"] = true;
    const since = midnight(query.get("since"), 0);
    const until = midnight(query.get("until"), 1);
    if (since !== null) found["since"] = since;
    if (until !== null) found["until"] = until;
    return found;
  }

  private unmask(one: Found): void {
    this.asking.open({
      title: () => text("unmaskTitle"),
      body: () => html`<p>${text("unmaskTold")}</p>`,
      act: () => text("unmask"),
      reason: () => text("unmaskWhy"),
      run: async (purpose) => {
        const path = { feedback: one.subject ?? "" };
        this.contact = await data(api.POST("/api/v1/feedback/{feedback}/contact", { params: { path }, body: { purpose } }));
        await this.list.reload();
        this.seen.open();
      },
    });
  }

  override render(): unknown {
    return html`<h1>${this.heading()}</h1>
      ${shown(this.chain, checkpoint)}
      ${this.filters()}
      <div class="card audit-list">${this.list.render(
        (items) => html`<ol>${items.map((one) => line(one, this.around, () => this.unmask(one)))}</ol>`,
        text("none"),
      )}</div>
      ${this.asking.render()}
      ${this.seen.render(text("unmaskDone"), this.contact ? told(this.contact) : nothing)}`;
  }

  private filters(): unknown {
    const people = (this.people.value ?? []).map((one) => ({ value: one.id, label: `${one.name} ${one.staff_number}`.trim() }));
    const about = this.query.get("about") ?? "";
    return html`<div class="filters">
      ${choice("actor", text("who"), [{ value: "", label: text("anybody") }, ...people])}
      ${choice("action", text("what"), [
        { value: "", label: text("anything") },
        ...GROUPS.map((one) => ({ value: one, label: text(`group_${one.slice(0, -1) as Bare}`) })),
      ])}
      ${this.day("since", text("since"))} ${this.day("until", text("until"))}
      <label class="filter"><span>${text("about")}</span>
        <input name="about" size="38" .value=${about} @change=${(event: Event) => setQuery({ about: (event.target as HTMLInputElement).value.trim() })} /></label>
      ${toggle("reads", text("reads"))}
      ${location.search ? html`<button type="button" @click=${this.clear}>${text("clear")}</button>` : nothing}
      ${about ? html`<p class="audit-about">${text("aboutNow", { name: nameOf(about) })}</p>` : nothing}
    </div>`;
  }

  private day(name: "since" | "until", label: string): unknown {
    return html`<label class="filter"><span>${label}</span>
      <input type="date" name=${name} .value=${this.query.get(name) ?? ""} @change=${(event: Event) => setQuery({ [name]: (event.target as HTMLInputElement).value })} /></label>`;
  }

  private clear(): void {
    setQuery({ actor: null, action: null, about: null, since: null, until: null, reads: null });
  }
}

type Bare = (typeof GROUPS)[number] extends `${infer Word}.` ? Word : never;

async function latest(): Promise<Awaited<ReturnType<typeof ask>> | null> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof Refused && error.status === 404) return null;
    throw error;
  }
}

const ask = () => data(api.GET("/api/v1/audit/checkpoint"));

/** The ms at which a day begins here, so many days later. */
function midnight(day: string | null, later: number): number | null {
  if (!day) return null;
  const date = new Date(`${day}T00:00:00`);
  date.setDate(date.getDate() + later);
  return Number.isNaN(date.getTime()) ? null : date.getTime();
}

function told(contact: Contact): unknown {
  const rows = [["contactName", contact.name], ["contactPhone", contact.phone], ["contactUnit", contact.unit]] as const;
  return html`<dl class="pairs">${rows.map(([name, value]) => (value ? html`<dt>${text(name)}</dt><dd>${value}</dd>` : nothing))}</dl>`;
}
