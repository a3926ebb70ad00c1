/** Tablets: which there are, what each still owes, who uses it; enrolling and revoking. */

import { html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { Task } from "@lit/task";
import { api, data } from "../../core/api";
import { now } from "../../core/clock";
import { ago, instant, number, size } from "../../core/format";
import { Keys } from "../../core/keys";
import { colleagues, loadNames, nameOf } from "../../core/names";
import { Page } from "../../core/page";
import type { Colleague, DeviceView } from "../../generated/api";
import { Ask } from "../../parts/ask";
import { Dialog } from "../../parts/dialog";
import { choice } from "../../parts/filters";
import { Paged } from "../../parts/paged";
import { rowKeys } from "../../parts/rows";
import { attempt, say } from "../../parts/toast";
import { crew } from "./crew";
import "./enrol";
import type { Enrol } from "./enrol";
import { room } from "./storage";
import "../../styles/devices.css";
import { text } from "./texts";

const DAY_MS = 86_400_000;
const QUIET_DAYS = 3;

@customElement("fo-devices")
export class Devices extends Page {
  @state() private everyone: Colleague[] = [];
  @state() private find = "";
  @state() private one: DeviceView | null = null;
  private readonly asking = new Ask(this);
  private readonly people = new Dialog();
  private readonly list = new Paged(this, async (cursor) => {
    await loadNames();
    const wanted = this.query.get("state") ?? "use";
    const revoked = wanted === "all" ? null : wanted === "revoked";
    return data(api.GET("/api/v1/devices", { params: { query: { cursor, limit: 50, ...(revoked === null ? {} : { revoked }) } } }));
  });
  private readonly storage = new Task(this, { task: () => data(api.GET("/api/v1/storage")), args: () => [] });
  readonly keyboard = new Keys(this, () => [
    ...rowKeys(this, "tbody [data-row]"),
    { keys: ["n"], told: () => text("keyEnrol"), run: () => this.enrol() },
  ]);

  override heading(): string {
    return text("heading");
  }

  override onQuery(): void {
    void this.list.reload();
  }

  private enrol(): void {
    void this.querySelector<Enrol>("fo-enrol")?.open();
  }

  private revoke(one: DeviceView): void {
    this.asking.open({
      title: () => text("revokeTitle", { name: one.name }),
      body: () => html`<p>${text("revokeTold")}</p>
        ${one.owed ? html`<p class="devices-warn">${text("revokeOwed", { n: one.owed, size: size(one.owed_bytes) })}</p>` : nothing}`,
      act: () => text("revoke"),
      isBad: true,
      run: async () => {
        await data(api.POST("/api/v1/devices/{device}/revoke", { params: { path: { device: one.id } } }));
        say(text("revokeDone", { name: one.name }));
        await this.list.reload();
      },
    });
  }

  private async openPeople(one: DeviceView): Promise<void> {
    this.one = one;
    this.find = "";
    await this.updateComplete;
    this.people.open();
    this.everyone = (await attempt(colleagues())) ?? [];
  }

  private async tick(one: DeviceView, person: Colleague, granted: boolean): Promise<void> {
    const path = { device: one.id, user: person.id };
    const done = await attempt(data(api.POST("/api/v1/devices/{device}/people/{user}", { params: { path }, body: { granted } })));
    if (done) {
      one.people = granted ? [...one.people, person.id] : one.people.filter((id) => id !== person.id);
      say(text(granted ? "granted" : "ungranted", { person: person.name, name: one.name }));
    }
    this.requestUpdate();
  }

  override render(): unknown {
    return html`<div class="split"><h1>${this.heading()}</h1>
        <button type="button" class="main" @click=${this.enrol}>${text("enrol")}</button></div>
      <div class="filters">${choice("state", text("state"), [
        { value: "", label: text("inUse") },
        { value: "revoked", label: text("revoked") },
        { value: "all", label: text("all") },
      ])}</div>
      <div class="card scroll">${this.list.render((items) => this.table(items), text("noOne"))}</div>
      ${room(this.storage)}
      <fo-enrol @enrolled=${() => void this.list.reload()}></fo-enrol>
      ${this.one ? this.people.render(text("peopleOf", { name: this.one.name }), this.crew(this.one)) : nothing}
      ${this.asking.render()}`;
  }

  private crew(one: DeviceView): unknown {
    return html`<p class="muted">${text("peopleTold")}</p>
      ${crew({
        everyone: this.everyone,
        find: this.find,
        has: (id) => one.people.includes(id),
        onFind: (find) => (this.find = find),
        onTick: (person, isOn) => void this.tick(one, person, isOn),
      })}`;
  }

  private table(items: DeviceView[]): unknown {
    return html`<table class="devices-table">
      <thead><tr><th>${text("name")}</th><th>${text("state")}</th><th>${text("seen")}</th><th>${text("version")}</th>
        <th class="number">${text("owed")}</th><th>${text("people")}</th><th><span class="hidden">${text("actions")}</span></th></tr></thead>
      <tbody>${items.map((one) => this.row(one))}</tbody>
    </table>`;
  }

  private row(one: DeviceView): unknown {
    return html`<tr>
      <td><strong>${one.name}</strong><br /><span class="muted small">${one.model} · ${text("enrolled", { when: ago(one.enrolled_ms) })}</span></td>
      <td>${this.state(one)}</td>
      <td title=${instant(one.last_seen_ms)}>${one.last_seen_ms ? ago(one.last_seen_ms) : text("never")}</td>
      <td>${one.app_version}</td>
      <td class="number">${one.owed ? html`<span class="badge warn">${number(one.owed)}</span><br /><span class="muted small">${size(one.owed_bytes)}</span>` : "0"}</td>
      <td>${one.people.map((id) => nameOf(id)).join(", ") || text("none")}</td>
      <td class="devices-act">${one.revoked_ms
        ? nothing
        : html`<button type="button" data-row @click=${() => void this.openPeople(one)}>${text("setPeople")}</button>
            <button type="button" class="bad" @click=${() => this.revoke(one)}>${text("revoke")}</button>`}</td>
    </tr>`;
  }

  private state(one: DeviceView): unknown {
    if (one.revoked_ms) return html`<span class="badge bad" title=${instant(one.revoked_ms)}>${text("revoked")}</span>`;
    const days = Math.floor((now() - (one.last_seen_ms ?? one.enrolled_ms)) / DAY_MS);
    if (days >= QUIET_DAYS) return html`<span class="badge warn">${text("quiet", { n: days })}</span>`;
    return html`<span class="badge good">${text("inUse")}</span>`;
  }
}
