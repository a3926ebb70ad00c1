/** Mending one op: its text beside what its schema takes, and what is wrong marked where it stands. */

import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { api, data } from "../../core/api";
import { language } from "../../core/language";
import { Part } from "../../core/page";
import type { QuarantineItem } from "../../generated/api";
import { trouble } from "../../parts/told";
import { faultAt, findIn, pretty } from "./place";
import { faults, rows, type Fault, type Schema } from "./schema";
import { text } from "./texts";

type Scope = "payload" | "whole";
/** What a repair sets by itself. */
const OWN = ["id", "seq", "actor", "repairs"];

@customElement("fo-quarantine-editor")
export class Editor extends Part {
  @property({ attribute: false }) item!: QuarantineItem;
  @property({ attribute: false }) done: () => void = () => undefined;
  @state() private scope: Scope = "payload";
  @state() private draft = "";
  @state() private error: unknown = null;
  @state() private isBusy = false;
  private shown = "";
  private begun = "";

  protected override willUpdate(): void {
    if (this.shown === this.item.item.op) return;
    this.shown = this.item.item.op;
    this.error = null;
    this.take(this.original ? "payload" : "whole");
  }

  /** The op as it came; null where it is not JSON that can be read. */
  private get original(): Record<string, unknown> | null {
    try {
      const op: unknown = JSON.parse(this.item.raw);
      return op && typeof op === "object" && !Array.isArray(op) ? (op as Record<string, unknown>) : null;
    } catch {
      return null;
    }
  }

  private take(scope: Scope): void {
    const op = this.original ?? { type: "", subject: { kind: "", id: "" }, site: "", payload: {} };
    const kept = Object.fromEntries(Object.entries(op).filter(([name]) => !OWN.includes(name)));
    this.scope = scope;
    this.begun = this.draft = pretty(scope === "payload" ? (op["payload"] ?? {}) : kept);
  }

  focusText(): void {
    this.querySelector("textarea")?.focus();
  }

  private get parsed(): { value: Record<string, unknown> | null; why: string } {
    try {
      return { value: JSON.parse(this.draft) as Record<string, unknown>, why: "" };
    } catch (error) {
      return { value: null, why: (error as Error).message };
    }
  }

  private async send(): Promise<void> {
    const { value } = this.parsed;
    if (!value || this.isBusy) return;
    this.isBusy = true;
    this.error = null;
    try {
      const op = this.scope === "payload" ? { payload: value } : value;
      await data(api.POST("/api/v1/quarantine/{op}/repair", { params: { path: { op: this.item.item.op } }, body: { op } }));
      this.done();
    } catch (error) {
      this.error = error;
    } finally {
      this.isBusy = false;
    }
  }

  /** Put the cursor on a member of the text. */
  private goTo(pointer: string): void {
    const area = this.querySelector("textarea");
    const place = findIn(this.draft, pointer);
    if (!area) return;
    area.focus();
    if (place) area.setSelectionRange(place.start, place.end);
  }

  override render(): unknown {
    const schema = this.item.schema as Schema | null;
    const { value, why } = this.parsed;
    const payload = this.scope === "payload" ? value : (value?.["payload"] as Record<string, unknown> | undefined);
    const found = schema && payload ? faults(payload, schema) : [];
    return html`<section class="quarantine-edit" aria-label=${text("edit")}>
      <div>
        <div class="split">
          <h3>${text("edit")}</h3>
          <label class="filter bare"><span class="hidden">${text("part")}</span>
            <select @change=${(event: Event) => this.take((event.target as HTMLSelectElement).value as Scope)} ?disabled=${!this.original}>
              ${(["payload", "whole"] as const).map((one) => html`<option value=${one} ?selected=${one === this.scope}>${text(one)}</option>`)}
            </select></label>
        </div>
        ${this.original ? nothing : html`<p class="small muted">${text("unread")}</p>`}
        <textarea class="code quarantine-text" spellcheck="false" ?data-typed=${this.draft !== this.begun} rows="14" aria-label=${text("edit")} aria-describedby="quarantine-said"
          .value=${this.draft} @input=${(event: Event) => (this.draft = (event.target as HTMLTextAreaElement).value)}
          @keydown=${(event: KeyboardEvent) => {
            if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) void this.send();
          }}></textarea>
        <div id="quarantine-said">${this.said(found, value !== null, why, schema)}</div>
        ${this.error ? trouble(this.error) : nothing}
        <div class="actions">
          <button type="button" class="main" ?disabled=${value === null || this.isBusy} @click=${() => void this.send()}>${text("repair")}</button>
          <small class="muted">${text("k_send")}</small>
        </div>
      </div>
      <div>${schema ? this.help(schema, found) : html`<p class="muted">${text("noSchema")}</p>`}</div>
    </section>`;
  }

  private said(found: Fault[], isJson: boolean, why: string, schema: Schema | null): TemplateResult {
    if (!isJson) return html`<p class="quarantine-bad small">${text("notJson", { why })}</p>`;
    if (!found.length) return html`<p class="small muted">${schema ? text("fits") : ""}</p>`;
    return html`<p class="small">${text("problems", { n: found.length })}</p>
      <ul class="quarantine-faults small">
        ${found.map(
          (one) => html`<li><button type="button" class="plain" title=${text("goTo")} @click=${() => this.goTo(one.pointer)}><code>${one.pointer || "$"}</code></button> ${one.told}</li>`,
        )}
      </ul>`;
  }

  /** The members; their descriptions are those of the protocol, which is written in English. */
  private help(schema: Schema, found: Fault[]): TemplateResult {
    // What the server said of it holds until something is changed.
    const told = this.draft === this.begun ? [faultAt(this.item.item.detail)] : [];
    const wrong = new Set([...found.map((one) => one.pointer), ...told].map((one) => one.split(/[.[]/)[0]));
    return html`<h3>${text("help")}</h3>
      <div class="scroll quarantine-help" role="region" tabindex="0" aria-label=${text("help")}>
        <table>
          <thead><tr><th scope="col">${text("name")}</th><th scope="col">${text("kind")}</th></tr></thead>
          <tbody>
            ${rows(schema).map(
              (one) => html`<tr class=${wrong.has(one.name) ? "wrong" : ""}>
                <th scope="row"><code>${one.name}</code>${one.isRequired ? html`<br /><span class="badge">${text("must")}</span>` : nothing}</th>
                <td class="small">${one.kind}${one.description && language() === "en" ? html`<br /><span class="muted">${one.description}</span>` : nothing}</td>
              </tr>`,
            )}
          </tbody>
        </table>
      </div>`;
  }
}
