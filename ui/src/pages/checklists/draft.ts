/** A new version: its text, what is wrong with it, whom it would meet, publishing. */

import { html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { api, data } from "../../core/api";
import { titled } from "../../core/language";
import { Part } from "../../core/page";
import type { Fault, Impact, Linted } from "../../generated/api";
import { Ask } from "../../parts/ask";
import { attempt, say } from "../../parts/toast";
import { form, FormState } from "./form";
import { impact } from "./impact";
import { text } from "./texts";

const WAIT_MS = 400;

@customElement("fo-draft")
export class Draft extends Part {
  @property({ attribute: false }) base = "";
  @property() key = "";
  @state() private written = "";
  @state() private linted: Linted | null = null;
  @state() private met: Impact | null = null;
  @state() private isBusy = false;
  private readonly form = new FormState(this);
  private readonly asking = new Ask(this);
  private timer = 0;
  private turn = 0;

  override connectedCallback(): void {
    super.connectedCallback();
    // What was written survives a look at another page; it is this browser's, and ends with the tab.
    this.set(sessionStorage.getItem(this.kept) ?? this.base, 0);
  }

  private get kept(): string {
    return `fieldops-draft-${this.key}`;
  }

  private set(written: string, afterMs = WAIT_MS): void {
    this.written = written;
    this.met = null;
    sessionStorage.setItem(this.kept, written);
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.lint(), afterMs);
  }

  private async lint(): Promise<void> {
    const toml = this.written;
    const turn = ++this.turn;
    if (!toml.trim()) return void (this.linted = null);
    const found = await attempt(data(api.POST("/api/v1/checklists/lint", { body: { toml } })));
    if (!found || turn !== this.turn) return;
    this.linted = found;
    if (found.checklist) this.form.of(found.checklist, { toml });
  }

  private async open(event: Event): Promise<void> {
    const file = (event.target as HTMLInputElement).files?.[0];
    if (file) this.set(await file.text(), 0);
  }

  private async look(): Promise<void> {
    this.isBusy = true;
    this.met = await attempt(data(api.POST("/api/v1/checklists/preview", { body: { toml: this.written } })));
    this.isBusy = false;
    await this.updateComplete;
    this.querySelector<HTMLElement>("#impact")?.focus();
  }

  private publish(met: Impact): void {
    const name = titled(this.linted?.checklist?.titles, met.key);
    this.asking.open({
      title: () => text("publishTitle", { name, version: met.version }),
      body: () => html`<p>${text("publishTold")}</p>
        <p>${met.drafts.length ? text("drafts", { n: met.drafts.length }) : text("noDrafts")}</p>`,
      act: () => text("publish", { version: met.version }),
      run: async () => {
        const made = await data(api.POST("/api/v1/checklists", { body: { toml: this.written } }));
        sessionStorage.removeItem(this.kept);
        say(made.published ? text("publishDone", { name, version: met.version }) : text("published1"));
        this.dispatchEvent(new CustomEvent("published", { detail: { key: met.key } }));
      },
    });
  }

  override render(): unknown {
    const notes = this.linted?.notes ?? [];
    const faults = notes.filter((one) => one.severity !== "remark").length;
    const isSound = Boolean(this.linted?.checklist) && !faults;
    return html`<p class="muted">${text(this.base ? "draftTold" : "draftNewTold")}</p>
      <div class="actions checklists-tools">
        <label class="button">${text("open")}<input class="hidden" type="file" accept=".toml,text/plain" @change=${this.open} /></label>
        ${this.base && this.written !== this.base ? html`<button type="button" @click=${() => this.set(this.base, 0)}>${text("reset")}</button>` : nothing}
      </div>
      <div class="checklists-draft">
        <div class="card">${this.editor(notes)}</div>
        <div class="card checklists-notes" aria-live="polite">${this.notes(notes, faults)}
          <div class="actions"><button type="button" class="main" ?disabled=${!isSound || this.isBusy} @click=${this.look}>${text("impact")}</button></div>
        </div>
      </div>
      ${this.met ? impact(this.met, () => this.publish(this.met as Impact)) : nothing}
      ${this.linted?.checklist ? html`<h2>${text("asInspector")}</h2>${form(this.form)}` : nothing}
      ${this.asking.render()}`;
  }

  private editor(notes: readonly Fault[]): unknown {
    const lines = this.written.split("\n").length;
    const marks = new Map(notes.map((one) => [one.line, one.severity ?? "fault"]));
    return html`<div class="checklists-editor">
      <div class="checklists-gutter" aria-hidden="true">
        ${Array.from({ length: lines }, (_, at) => html`<span class=${marks.get(at + 1) ?? ""}>${at + 1}</span>`)}
      </div>
      <textarea class="code" name="toml" spellcheck="false" wrap="off" aria-label=${text("editor")} .value=${this.written}
        @input=${(event: Event) => this.set((event.target as HTMLTextAreaElement).value)} @scroll=${this.follow}></textarea>
    </div>`;
  }

  /** The numbers go up and down with the lines. */
  private follow(event: Event): void {
    const gutter = this.querySelector(".checklists-gutter");
    if (gutter) gutter.scrollTop = (event.target as HTMLElement).scrollTop;
  }

  private notes(notes: readonly Fault[], faults: number): unknown {
    if (!this.linted) return this.written.trim() ? html`<p class="muted">${text("checking")}</p>` : nothing;
    const remarks = notes.length - faults;
    return html`<p class="checklists-verdict"><span class="badge ${faults ? "bad" : "good"}">${faults ? text("faults", { n: faults }) : text("noFaults")}</span>
        ${remarks ? html`<span class="badge warn">${text("remarks", { n: remarks })}</span>` : nothing}</p>
      <ul>${notes.map((one) => html`<li class=${one.severity ?? "fault"}>
        <button type="button" class="plain" @click=${() => this.goTo(one.line)}>${text("line", { n: one.line })}</button>
        <span>${titled(one.messages)} <span class="muted">${titled(one.advice)}</span></span></li>`)}</ul>`;
  }

  private goTo(line: number): void {
    const area = this.querySelector<HTMLTextAreaElement>("textarea[name=toml]");
    if (!area) return;
    const before = this.written.split("\n").slice(0, line - 1).join("\n");
    const start = before.length + (line > 1 ? 1 : 0);
    const end = this.written.indexOf("\n", start);
    area.focus();
    area.setSelectionRange(start, end < 0 ? this.written.length : end);
    area.scrollTop = Math.max(0, (line - 5) * (area.scrollHeight / this.written.split("\n").length));
  }
}
