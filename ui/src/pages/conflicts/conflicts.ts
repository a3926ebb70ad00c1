/** The conflicts that wait: one list, and the one that is chosen with all its values, to decide by key. */

import { html, nothing } from "lit";
import { customElement } from "lit/decorators.js";
import { api, data, Refused } from "../../core/api";
import { ago } from "../../core/format";
import { Keys } from "../../core/keys";
import { Live } from "../../core/live";
import { loadNames, nameOf, sites } from "../../core/names";
import { Page } from "../../core/page";
import { setQuery } from "../../core/router";
import { has } from "../../core/session";
import type { Dispute } from "../../generated/api";
import { choice } from "../../parts/filters";
import { Paged } from "../../parts/paged";
import { complain, say } from "../../parts/toast";
import { text as shell } from "../../texts";
import "../../styles/conflicts.css";
import { decided, members, nameOfDispute, WRITTEN, type Chosen, type Deciding } from "./dispute";
import { isWritten, kindWord, KINDS, memberWord, text } from "./texts";

@customElement("fo-conflicts")
export class Conflicts extends Page {
  private mySites: { id: string; name: string }[] = [];
  private picked: { of: string; sides: Chosen } = { of: "", sides: {} };
  private written: Record<string, string> = {};
  private note = "";
  private isBusy = false;
  private asked = location.search;
  private readonly list = new Paged<Dispute>(this, async (cursor) => {
    const site = this.query.get("site") || null;
    const kind = (this.query.get("kind") || null) as (typeof KINDS)[number] | null;
    if (!this.mySites.length) [this.mySites] = await Promise.all([sites(), loadNames()]);
    return data(api.GET("/api/v1/conflicts/sides", { params: { query: { site, kind, cursor } } }));
  });

  readonly live = new Live(this, [], () => void this.list.refresh());
  readonly keyboard = new Keys(this, () => [
    { keys: ["j", "ArrowDown"], told: () => text("k_next"), run: () => this.move(1) },
    { keys: ["k", "ArrowUp"], told: () => text("k_previous"), run: () => this.move(-1) },
    { keys: ["1", "2", "3", "4", "0"], told: () => text("k_pick"), run: (key) => this.pick(Number(key) - 1) },
    { keys: ["Enter", "d"], told: () => text("k_decide"), run: () => void this.decide() },
  ]);

  override heading(): string {
    return text("conflicts");
  }

  override onQuery(): void {
    const filters = (search: string): string => {
      const query = new URLSearchParams(search);
      query.delete("id");
      return query.toString();
    };
    const isOther = filters(location.search) !== filters(this.asked);
    this.asked = location.search;
    if (isOther) void this.list.reload().then(() => setQuery({ id: null }));
    this.requestUpdate();
  }

  /** What is looked at stays it, though others come before it: the first of the list at first. */
  protected override updated(): void {
    super.updated();
    const [first] = this.list.items;
    if (first && !this.query.has("id")) setQuery({ id: first.record.id });
  }

  private get current(): Dispute | undefined {
    const id = this.query.get("id");
    return this.list.items.find((one) => one.record.id === id);
  }

  /** What was chosen, of the record as it stood then: one that has changed since is looked at anew. */
  private get chosen(): Chosen {
    return this.picked.of === this.standing ? this.picked.sides : {};
  }

  private get standing(): string {
    const record = this.current?.record;
    return record ? `${record.id} ${record.revision}` : "";
  }

  private get mayDecide(): boolean {
    return has("inspector", "supervisor");
  }

  private get deciding(): Deciding {
    return {
      chosen: this.chosen,
      written: this.written,
      mayDecide: this.mayDecide,
      choose: (member, side) => this.choose(member, side),
      write: (member, value) => {
        this.written = { ...this.written, [member]: value };
        this.requestUpdate();
      },
    };
  }

  private open(one: Dispute | undefined): void {
    if (!one) return;
    this.picked = { of: "", sides: {} };
    this.written = {};
    this.note = "";
    setQuery({ id: one.record.id });
  }

  private move(by: number): void {
    const items = this.list.items;
    const now = this.current ? items.indexOf(this.current) : -1;
    this.open(items[Math.min(Math.max(now + by, 0), items.length - 1)]);
  }

  private choose(member: string, side: number): void {
    this.picked = { of: this.standing, sides: { ...this.chosen, [member]: side } };
    this.requestUpdate();
  }

  /** A digit chooses a side of the first member that has none; of the last, where all have. */
  private pick(side: number): void {
    const current = this.current;
    const member = current?.members.find((one) => this.chosen[one.name] === undefined) ?? current?.members.at(-1);
    if (!member || !this.mayDecide) return;
    const canWrite = isWritten(member.name, member.sides.map((one) => one.value));
    if (member.sides[side] || (side === WRITTEN && canWrite)) this.choose(member.name, side);
  }

  private async decide(event?: Event): Promise<void> {
    event?.preventDefault();
    const current = this.current;
    if (!current || !this.mayDecide || this.isBusy) return;
    const set = decided(current, this.deciding);
    if (!set) {
      say(text("choose"));
      return;
    }
    this.isBusy = true;
    try {
      const params = { path: { record: current.record.id }, header: { "If-Match": `"${current.record.revision}"` } };
      const body = this.note.trim() ? { set, note: this.note.trim() } : { set };
      await data(api.POST("/api/v1/records/{record}/resolve", { params, body }));
      say(text("done", { what: nameOfDispute(current) }));
      const next = this.list.items[this.list.items.indexOf(current) + 1];
      await this.list.refresh();
      if (next) this.open(next);
      else setQuery({ id: null });
    } catch (error) {
      const isOld = error instanceof Refused && error.status === 412;
      complain(isOld ? new Refused({ ...error.problem, details: {}, detail: text("changed") }, 412) : error);
      await this.list.refresh();
    } finally {
      this.isBusy = false;
    }
  }

  override render(): unknown {
    return html`<h1>${this.heading()}</h1>
      <p class="muted">${text("intro")}</p>
      <div class="filters">
        ${choice("site", text("site"), [{ value: "", label: shell("allSites") }, ...this.mySites.map((one) => ({ value: one.id, label: one.name }))])}
        ${choice("kind", text("kind"), [{ value: "", label: shell("all") }, ...KINDS.map((one) => ({ value: one, label: kindWord(one) }))])}
      </div>
      ${this.list.render((items) => this.whole(items), text("none"))}`;
  }

  private whole(items: Dispute[]): unknown {
    const current = this.current;
    return html`<div class="conflicts-page">
      <nav aria-label=${text("list")}>
        <p class="small muted">${text("waiting", { n: this.list.isWhole ? items.length : `${items.length}+` })}</p>
        <ul>
          ${items.map((one) => html`<li>${this.row(one, one === current)}</li>`)}
        </ul>
      </nav>
      ${current ? this.large(current) : html`<p class="card muted">${text("gone")}</p>`}
    </div>`;
  }

  private row(one: Dispute, isCurrent: boolean): unknown {
    const last = one.members.flatMap((member) => member.sides.map((side) => side.received_at)).sort().at(-1);
    return html`<button type="button" class="conflicts-row" aria-current=${isCurrent ? "true" : nothing} @click=${() => this.open(one)}>
      <strong>${nameOfDispute(one)}</strong>
      <span class="small">${kindWord(one.record.kind)} · ${one.members.map((member) => memberWord(member.name)).join(", ")}</span>
      <span class="small muted">${nameOf(one.record.site)} · ${ago(last)}</span>
    </button>`;
  }

  private large(one: Dispute): unknown {
    return html`<form class="card conflicts-large" @submit=${(event: Event) => void this.decide(event)}>
      <h2>${nameOfDispute(one)}</h2>
      <p class="small muted">${kindWord(one.record.kind)} · ${nameOf(one.record.site)} · ${text("revision", { n: one.record.revision })} ${this.way(one)}</p>
      ${members(one, this.deciding)}
      ${this.mayDecide
        ? html`<label class="field"><span>${text("note")}</span
            ><input type="text" name="note" autocomplete="off" .value=${this.note}
              @input=${(event: Event) => (this.note = (event.target as HTMLInputElement).value)} /></label>
          <div class="actions"><button class="main" ?disabled=${!decided(one, this.deciding)}>${text("decide")} <kbd aria-hidden="true">↵</kbd></button></div>`
        : html`<p class="muted">${text("onlyLook")}</p>`}
    </form>`;
  }

  private way(one: Dispute): unknown {
    const { kind, id, inspection } = one.record;
    if (kind === "finding") return html`· <a href="/findings/${id}">${text("toFinding")}</a>`;
    if (kind === "feedback" && one.record.body["nature"] === "complaint") return html`· <a href="/complaints/${id}">${text("toComplaint")}</a>`;
    return inspection ? html`· <a href="/inspections/${inspection}">${text("walk")}</a>` : nothing;
  }
}
