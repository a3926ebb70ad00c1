/** Plugins: where each stands, what went wrong and what to do, what its hooks cost; park, resume, read again. */

import { html, nothing } from "lit";
import { customElement } from "lit/decorators.js";
import { api, data } from "../../core/api";
import { number } from "../../core/format";
import { Keys } from "../../core/keys";
import { Live } from "../../core/live";
import { Page } from "../../core/page";
import { hasEverywhere } from "../../core/session";
import { word } from "../../core/words";
import type { PluginState } from "../../generated/api";
import { Ask } from "../../parts/ask";
import { Paged } from "../../parts/paged";
import { rowKeys } from "../../parts/rows";
import { say } from "../../parts/toast";
import "../../styles/plugins.css";
import "./sheet";
import { text } from "./texts";

const TONES = { running: "good", waiting: "warn", parked: "bad", off: "bad", new: "" } as const;
const DO = { waiting: "doWaiting", parked: "doParked", off: "doOff" } as const;

@customElement("fo-plugins")
export class Plugins extends Page {
  private readonly asking = new Ask(this);
  private readonly list = new Paged(this, (cursor) => data(api.GET("/api/v1/plugins", { params: { query: { cursor, limit: 100 } } })));
  // A plugin falls behind or catches up when something happened.
  protected readonly live = new Live(this, [], () => void this.list.refresh());
  readonly keyboard = new Keys(this, () => rowKeys(this, ".plugins-one summary"));

  override heading(): string {
    return text("heading");
  }

  private get mayHandle(): boolean {
    return hasEverywhere("ops", "administrator");
  }

  private park(one: PluginState): void {
    const { name } = one;
    this.asking.open({
      title: () => text("parkTitle", { name }),
      body: () => html`<p>${text("parkTold")}</p>`,
      act: () => text("park"),
      isBad: true,
      reason: () => text("parkWhy"),
      run: async (why) => {
        await data(api.POST("/api/v1/plugins/{name}/park", { params: { path: { name } }, body: { why } }));
        await this.done(text("parkDone", { name }));
      },
    });
  }

  private resume(one: PluginState): void {
    const { name } = one;
    this.asking.open({
      title: () => text("resumeTitle", { name }),
      body: () => html`<p>${text("resumeTold", { n: number(one.lag) })}</p>`,
      act: () => text("resume"),
      run: async () => {
        await data(api.POST("/api/v1/plugins/{name}/resume", { params: { path: { name } } }));
        await this.done(text("resumeDone", { name }));
      },
    });
  }

  private replay(one: PluginState): void {
    const { name } = one;
    this.asking.open({
      title: () => text("replayTitle", { name }),
      body: () => html`<p>${text("replayTold", { n: number(one.cursor + one.lag) })}</p>`,
      act: () => text("replay"),
      run: async () => {
        await data(api.POST("/api/v1/plugins/{name}/replay", { params: { path: { name } }, body: { from: 0 } }));
        await this.done(text("replayDone", { name }));
      },
    });
  }

  private async done(told: string): Promise<void> {
    say(told);
    await this.list.reload();
  }

  override render(): unknown {
    const bad = this.list.items.filter((one) => one.state !== "running" && one.state !== "new").length;
    return html`<h1>${this.heading()}</h1>
      ${this.list.items.length
        ? html`<p role="status"><span class="badge ${bad ? "bad" : "good"}">${bad ? text("trouble", { n: bad }) : text("allWell")}</span></p>`
        : nothing}
      ${this.list.render((items) => items.map((one) => this.one(one)), text("none"))}
      ${this.asking.render()}`;
  }

  private one(one: PluginState): unknown {
    const todo = one.state in DO ? text(DO[one.state as keyof typeof DO]) : "";
    return html`<section class="card plugins-one" aria-label=${one.name}>
      <div class="plugins-head">
        <h2>${one.name}</h2><span class="badge ${TONES[one.state]}">${text(one.state)}</span>
        <span class="muted">${one.domain ? word("domain", one.domain) : text("allDomains")} · ${text("version")} ${one.version || "—"}</span>
        <span class=${one.lag ? "plugins-lag" : "muted"}>${one.lag ? text("lag", { n: number(one.lag) }) : text("upToDate")}</span>
        <span class="space"></span>
        ${this.mayHandle && one.state !== "off" && one.state !== "new" ? this.buttons(one) : nothing}
      </div>
      ${todo ? html`<p class="plugins-todo">${todo} ${one.attempts ? text("attempts", { n: one.attempts }) : nothing}</p>` : nothing}
      <fo-plugin-sheet .name=${one.name} .state=${one}></fo-plugin-sheet>
    </section>`;
  }

  private buttons(one: PluginState): unknown {
    return html`${one.state === "running"
        ? html`<button type="button" class="bad" @click=${() => this.park(one)}>${text("park")}</button>`
        : html`<button type="button" class="main" @click=${() => this.resume(one)}>${text("resume")}</button>`}
      <button type="button" @click=${() => this.replay(one)}>${text("replay")}</button>`;
  }
}
