/** The texts that complaints are answered with, edited as one set and saved as one. */

import { html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { api, data, Refused, tagged } from "../../core/api";
import { Keys } from "../../core/keys";
import { language } from "../../core/language";
import { Part } from "../../core/page";
import { hasEverywhere } from "../../core/session";
import type { AnswerTemplate } from "../../generated/api";
import { Ask } from "../../parts/ask";
import { say } from "../../parts/toast";
import { trouble, waiting } from "../../parts/told";
import { answer, strange } from "./answer";
import { text } from "./texts";

/** As `flow/answertemplates.py` (`TEMPLATES_MAX`) has it. */
const TEMPLATES_MAX = 50;

interface Draft {
  etag: string;
  placeholders: string[];
  templates: AnswerTemplate[];
  isChanged: boolean;
}

/** What was typed and not saved: it outlives the page, for whoever looks something up on another. */
let kept: Draft | null = null;

@customElement("fo-answers")
export class Answers extends Part {
  @property({ attribute: false }) isShown = false;
  @state() private draft: Draft | null = kept?.isChanged ? kept : null;
  @state() private error: unknown = null;
  /** Somebody saved in between; theirs has this tag. */
  @state() private theirs = "";
  @state() private isBusy = false;
  private last: HTMLTextAreaElement | null = null;
  private readonly asking = new Ask(this);
  readonly keyboard = new Keys(this, () =>
    this.isShown && this.mayEdit
      ? [{ keys: ["n"], told: () => text("add"), run: () => void this.add() }, { keys: ["s"], told: () => text("save"), run: () => this.querySelector("form")?.requestSubmit() }]
      : [],
  );

  override connectedCallback(): void {
    super.connectedCallback();
    if (!this.draft) void this.load();
  }

  private get mayEdit(): boolean {
    return hasEverywhere("ops", "administrator");
  }

  private async load(): Promise<void> {
    try {
      const found = await tagged(api.GET("/api/v1/answer-templates"));
      this.keep({ etag: found.etag, ...found.data, isChanged: false });
      this.theirs = "";
      this.error = null;
    } catch (error) {
      this.error = error;
    }
  }

  private keep(draft: Draft): void {
    kept = this.draft = draft;
  }

  private change(templates: AnswerTemplate[]): void {
    if (this.draft) this.keep({ ...this.draft, templates, isChanged: true });
  }

  private async add(): Promise<void> {
    const all = this.draft?.templates ?? [];
    if (all.length >= TEMPLATES_MAX) return;
    let n = all.length + 1;
    while (all.some((one) => one.key === `answer-${n}`)) n += 1;
    this.change([...all, { key: `answer-${n}`, titles: { "zh-CN": "", en: "" }, texts: { "zh-CN": "", en: "" } }]);
    await this.updateComplete;
    this.querySelector<HTMLInputElement>(`[data-key="answer-${n}"] [lang="${language()}"] input`)?.focus();
  }

  /** The focus goes along, so that the same key moves it further. */
  private async move(one: AnswerTemplate, at: number, by: number): Promise<void> {
    this.change((this.draft?.templates ?? []).toSpliced(at, 1).toSpliced(at + by, 0, one));
    await this.updateComplete;
    const buttons = [...this.querySelectorAll<HTMLButtonElement>(`[data-key="${one.key}"] .sites-moves button:enabled`)];
    (by < 0 ? buttons[0] : buttons.at(-1))?.focus();
  }

  private async send(etag: string): Promise<void> {
    const draft = this.draft;
    if (!draft || this.isBusy || draft.templates.some((one) => strange(one, draft.placeholders))) return;
    this.isBusy = true;
    this.error = null;
    try {
      const { templates } = draft;
      await data(api.PUT("/api/v1/answer-templates", { params: { header: { "If-Match": etag } }, body: { templates } }));
      // What is typed while it is sent is not lost, either.
      if (this.draft === draft) await this.load();
      else this.keep({ ...(this.draft as Draft), etag: (await tagged(api.GET("/api/v1/answer-templates"))).etag });
      this.theirs = "";
      say(text("saved"));
    } catch (error) {
      if (error instanceof Refused && error.status === 412) await this.lookAtTheirs();
      else this.error = error;
    } finally {
      this.isBusy = false;
    }
  }

  private async lookAtTheirs(): Promise<void> {
    try {
      this.theirs = (await tagged(api.GET("/api/v1/answer-templates"))).etag;
    } catch (error) {
      this.error = error;
    }
  }

  private discard(): void {
    this.asking.open({
      title: () => text("discardTitle"),
      body: () => html`<p>${text("discardTold")}</p>`,
      act: () => text("discard"),
      isBad: true,
      run: () => this.load(),
    });
  }

  private insert(word: string): void {
    const field = this.last;
    if (!field?.isConnected) return;
    field.setRangeText(`{${word}}`, field.selectionStart, field.selectionEnd, "end");
    field.dispatchEvent(new Event("input"));
    field.focus();
  }

  override render(): unknown {
    if (!this.draft) return this.error ? trouble(this.error, () => void this.load()) : waiting();
    const { etag, templates } = this.draft;
    return html`<p class="muted">${text("intro")}</p>
      <form ?data-typed=${this.draft?.isChanged} @focusin=${this.remember} @submit=${(event: Event) => { event.preventDefault(); void this.send(etag); }}>
        <fieldset class="sites-answers" ?disabled=${!this.mayEdit}>
          <div>${templates.length ? templates.map((one, at) => this.one(one, at)) : html`<p class="empty">${text("noneLeft")}</p>`}</div>
          ${this.side(templates.length >= TEMPLATES_MAX)}
        </fieldset>
      </form>
      ${this.asking.render()}`;
  }

  private one(one: AnswerTemplate, at: number): unknown {
    const all = this.draft?.templates ?? [];
    return answer(one, at, all.length, this.draft?.placeholders ?? [], {
      change: (newer) => this.change(all.with(at, newer)),
      remove: () => this.change(all.toSpliced(at, 1)),
      move: (by) => void this.move(one, at, by),
    });
  }

  private side(isFull: boolean): unknown {
    const draft = this.draft as Draft;
    return html`<aside class="card sites-side" aria-label=${text("placeholders")}>
      <h2>${text("placeholders")}</h2>
      <p class="muted small">${text("placeholdersTold")}</p>
      <ul>${draft.placeholders.map((one) => html`<li><button type="button" @click=${() => this.insert(one)}><code>{${one}}</code></button> ${meaning(one)}</li>`)}</ul>
      ${!this.mayEdit ? nothing : html`
        <div role="status">${draft.isChanged ? html`<span class="badge warn">${text("unsaved")}</span>` : nothing}</div>
        ${this.theirs ? this.changed() : nothing} ${this.error ? trouble(this.error) : nothing}
        <div class="actions">
          <button class="main" ?disabled=${this.isBusy || !draft.isChanged || this.theirs !== ""}>${text("save")}</button>
          <button type="button" ?disabled=${isFull} @click=${() => void this.add()}>${text("add")}</button>
          ${draft.isChanged ? html`<button type="button" class="bad" @click=${() => this.discard()}>${text("discard")}</button>` : nothing}
        </div>
        ${isFull ? html`<p class="muted small">${text("full", { n: TEMPLATES_MAX })}</p>` : nothing}`}
    </aside>`;
  }

  private changed(): unknown {
    return html`<div class="trouble" role="alert"><strong>${text("changed")}</strong><p>${text("changedTold")}</p>
      <button type="button" @click=${() => void this.send(this.theirs)}>${text("overwrite")}</button></div>`;
  }

  private readonly remember = (event: FocusEvent): void => {
    if (event.target instanceof HTMLTextAreaElement) this.last = event.target;
  };
}

const MEANINGS = ["number", "site", "area", "date", "tier", "deadline", "staff"] as const;

function meaning(placeholder: string): string {
  const known = MEANINGS.find((one) => one === placeholder);
  return known ? text(known) : "";
}
