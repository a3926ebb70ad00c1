/** The versions of a checklist: how each stands, withdrawing one, two side by side. */

import { html, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { Task } from "@lit/task";
import { api, data } from "../../core/api";
import { instant } from "../../core/format";
import { Part } from "../../core/page";
import { setQuery } from "../../core/router";
import { hasEverywhere } from "../../core/session";
import type { Compared, StandardsStanding } from "../../generated/api";
import { Ask } from "../../parts/ask";
import { say } from "../../parts/toast";
import { shown } from "../../parts/told";
import { differences } from "./compare";
import type { Family } from "./list";
import { text } from "./texts";

const TONES = { current: "good", superseded: "", withdrawn: "bad" } as const;

/** How a version stands, in a word. */
export function standing(state: StandardsStanding["state"]): TemplateResult {
  return html`<span class="badge ${TONES[state]}">${text(state)}</span>`;
}

@customElement("fo-versions")
export class Versions extends Part {
  @property({ attribute: false }) family!: Family;
  private readonly asking = new Ask(this);
  private readonly task = new Task(this, {
    task: ([key, before, after]) => this.compare(key, before, after),
    args: () => [this.family.key, this.older, this.newer] as const,
  });

  private get names(): string[] {
    return this.family.versions.map((one) => one.version);
  }

  private get newer(): string {
    return this.chosen("after") ?? this.names.at(-1) ?? "";
  }

  private get older(): string {
    return this.chosen("before") ?? this.names.at(-2) ?? "";
  }

  private chosen(name: string): string | null {
    const wanted = new URLSearchParams(location.search).get(name);
    return wanted && this.names.includes(wanted) ? wanted : null;
  }

  private async compare(key: string, before: string, after: string): Promise<Compared | null> {
    if (!before || before === after) return null;
    return data(api.GET("/api/v1/checklists/{key}/diff", { params: { path: { key }, query: { before, after } } }));
  }

  private withdraw(one: StandardsStanding): void {
    const { key, version } = one;
    this.asking.open({
      title: () => text("withdrawTitle", { version }),
      body: () => html`<p>${text("withdrawTold")}</p>`,
      act: () => text("withdraw"),
      isBad: true,
      reason: () => text("withdrawReason"),
      run: async (reason) => {
        await data(api.POST("/api/v1/checklists/{key}/withdraw", { params: { path: { key } }, body: { version, reason } }));
        say(text("withdrawDone", { version }));
        this.dispatchEvent(new CustomEvent("changed"));
      },
    });
  }

  override render(): unknown {
    const newest = this.family.versions.toReversed();
    return html`<section class="card scroll">
        <table class="checklists-versions">
          <thead><tr><th>${text("version")}</th><th>${text("state")}</th><th>${text("published")}</th><th>${text("reason")}</th>
            <th><span class="hidden">${text("view")}</span></th></tr></thead>
          <tbody>${newest.map((one) => this.row(one))}</tbody>
        </table>
      </section>
      <section class="card"><h2>${text("compare")}</h2>${this.sides()}</section>
      ${this.asking.render()}`;
  }

  private row(one: StandardsStanding): unknown {
    return html`<tr>
      <td><strong class="number">${one.version}</strong></td>
      <td>${standing(one.state)} <span class="muted small">${text("since", { when: instant(one.since_ms) })}</span></td>
      <td>${instant(one.published_ms)}<br /><span class="muted small">${one.by ? text("by", { name: one.by }) : text("fromShell")}</span></td>
      <td>${one.reason}</td>
      <td class="checklists-act"><a class="button" href="/checklists/${one.key}?version=${encodeURIComponent(one.version)}">${text("view")}</a>
        ${one.state !== "withdrawn" && hasEverywhere("ops", "administrator")
          ? html`<button type="button" class="bad" @click=${() => this.withdraw(one)}>${text("withdraw")}</button>`
          : nothing}</td>
    </tr>`;
  }

  private sides(): unknown {
    if (this.names.length < 2) return html`<p class="muted">${text("oneVersion")}</p>`;
    return html`<div class="filters">${this.side("before", this.older)}${this.side("after", this.newer)}</div>
      ${shown(this.task, (found) => differences(found?.differences ?? []))}`;
  }

  private side(name: "before" | "after", chosen: string): unknown {
    return html`<label class="filter"><span>${text(name)}</span>
      <select name=${name} @change=${(event: Event) => {
        setQuery({ [name]: (event.target as HTMLSelectElement).value });
        this.requestUpdate();
      }}>
        ${this.names.map((one) => html`<option value=${one} ?selected=${one === chosen}>${one}</option>`)}
      </select></label>`;
  }
}
