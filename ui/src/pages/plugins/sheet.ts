/** What is behind a plugin: its faults with what to do, what its hooks cost, what it brings. */

import { html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { Task } from "@lit/task";
import { api, data } from "../../core/api";
import { ago, instant, number } from "../../core/format";
import { titled } from "../../core/language";
import { Part } from "../../core/page";
import type { HookMeasure, PluginFault, PluginState, Sheet as PluginSheet } from "../../generated/api";
import { shown } from "../../parts/told";
import { text } from "./texts";

@customElement("fo-plugin-sheet")
export class Sheet extends Part {
  @property() name = "";
  /** As the list has it: when it changes, the sheet is asked for anew. */
  @property({ attribute: false }) state: PluginState | null = null;
  @state() private isOpen = false;
  private readonly task = new Task(this, {
    task: async ([name, isOpen]) => (isOpen ? data(api.GET("/api/v1/plugins/{name}", { params: { path: { name } } })) : null),
    args: () => [this.name, this.isOpen, this.state?.state, this.state?.cursor] as const,
  });

  override render(): unknown {
    const count = this.state?.faults.length ?? 0;
    return html`<details @toggle=${(event: Event) => (this.isOpen = (event.target as HTMLDetailsElement).open)}>
      <summary>${text("details")} ${count ? html`<span class="badge warn">${text("faults")}: ${count}</span>` : nothing}</summary>
      ${this.isOpen ? shown(this.task, (found) => (found ? this.whole(found) : nothing)) : nothing}
    </details>`;
  }

  private whole(found: PluginSheet): unknown {
    const { card, state: stands } = found;
    return html`${card?.summary ? html`<p>${titled(card.summary)}</p>` : nothing}
      <div class="plugins-halves">
        <div><h3>${text("faults")}</h3>
          ${stands.faults.length ? html`<ul class="plugins-faults">${stands.faults.toReversed().map((one) => this.fault(one, found))}</ul>` : html`<p class="muted">${text("noFaults")}</p>`}
          <dl class="pairs"><dt>${text("live")}</dt><dd class="number">${number(stands.cursor)}</dd>
            ${pair(text("checklists"), card?.checklists)} ${pair(text("datasets"), card?.datasets?.map((one) => titled(one.title, one.name)))}
            ${pair(text("registers"), card?.registers?.map((one) => titled(one.titles, one.name)))} ${pair(text("protections"), card?.protections)}</dl></div>
        <div><h3>${text("hooks")}</h3>${measures(found.measures)}</div>
      </div>`;
  }

  private fault(one: PluginFault, found: PluginSheet): unknown {
    const kind = found.kinds[one.code];
    return html`<li>
      <strong>${titled(kind?.titles, one.code)}</strong> ${one.hook ? html`<code>${one.hook}</code>` : nothing}
      <br /><span>${titled(kind?.advice)}</span>
      <br /><span class="muted small" title=${instant(one.at_ms)}>${one.at_ms ? ago(one.at_ms) : ""} · ${one.detail ?? ""}
        ${one.position ? text("position", { n: one.position }) : nothing}</span>
    </li>`;
  }
}

function pair(name: string, values: readonly string[] | undefined): unknown {
  return values?.length ? html`<dt>${name}</dt><dd>${values.join(", ")}</dd>` : nothing;
}

function measures(found: Record<string, HookMeasure>): unknown {
  const rows = Object.entries(found).sort(([, one], [, other]) => other.took_us - one.took_us);
  if (!rows.length) return html`<p class="muted">${text("noMeasures")}</p>`;
  return html`<div class="scroll"><table>
    <thead><tr><th>${text("hook")}</th><th class="number">${text("calls")}</th><th class="number">${text("mean")}</th>
      <th class="number">${text("slowest")}</th><th class="number">${text("faultsCount")}</th></tr></thead>
    <tbody>${rows.map(([name, one]) => html`<tr><td><code>${name}</code></td><td class="number">${number(one.calls)}</td>
      <td class="number">${text("ms", { n: number(one.took_us / Math.max(one.calls, 1) / 1000) })}</td>
      <td class="number">${text("ms", { n: number(one.slowest_us / 1000) })}</td>
      <td class="number">${one.faults ? html`<span class="badge bad">${number(one.faults)}</span>` : "0"}</td></tr>`)}</tbody>
  </table></div>`;
}
