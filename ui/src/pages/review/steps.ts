/** The steps of a whole walk: seal, approve, return, reopen, and what is approved in one go. */

import { html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { api, data } from "../../core/api";
import { has } from "../../core/session";
import { Part } from "../../core/page";
import type { Reviewed } from "../../generated/api";
import { Dialog } from "../../parts/dialog";
import { attempt, say } from "../../parts/toast";
import type { Because } from "./because";
import "./because";
import { decideWalk, type Verdict } from "./decisions";
import { text } from "./texts";
import { isDecidable, isHarmless, stopsOf, type Stop } from "./walk";

const DECIDED = ["approved", "returned", "retake"];

@customElement("fo-walk-steps")
export class WalkSteps extends Part {
  @property({ attribute: false }) walk!: Reviewed;
  private readonly bulk = new Dialog();
  private readonly sealing = new Dialog();
  /** A decision is on its way: the same key again would be held against what it has changed. */
  private isBusy = false;

  private get state(): string {
    return this.walk.inspection.state;
  }

  /** Whether the walk waits for a decision, or has one that may be another. */
  get isOpen(): boolean {
    return has("supervisor") && ["submitted", "sealed", ...DECIDED].includes(this.state);
  }

  private get because(): Because {
    return this.querySelector("fo-because") as Because;
  }

  private get harmless(): Stop[] {
    return stopsOf(this.walk).filter(isHarmless);
  }

  /** Say how many would be approved, and do it when that is wanted. */
  askBulk(): void {
    if (!this.isOpen) return;
    this.bulk.open();
    this.querySelector<HTMLElement>(".review-bulk")?.focus();
  }

  async approve(): Promise<void> {
    if (this.isOpen) await this.decided("approved", "");
  }

  askReturn(): void {
    if (!this.isOpen) return;
    this.because.ask(text("whyReturnWalk"), [], (reason) => void this.decided("returned", reason));
  }

  private async decided(verdict: Verdict, note: string): Promise<void> {
    if (this.isBusy) return;
    this.isBusy = true;
    const { id, revision } = this.walk.inspection;
    const before = (DECIDED.includes(this.state) ? this.state : null) as Verdict | null;
    const why = String(this.walk.inspection.body["review_note"] ?? "");
    const now = await attempt(decideWalk(id, revision, verdict, note));
    this.isBusy = false;
    this.changed();
    if (now === null) return;
    const told = verdict === "approved" ? text("didApproveWalk") : text("didReturnWalk");
    say(told, () => void attempt(decideWalk(id, now, before, before ? why : "")).then(() => this.changed()));
  }

  private changed(): void {
    this.dispatchEvent(new Event("changed", { bubbles: true }));
  }

  private async seal(): Promise<void> {
    this.sealing.close();
    const params = { path: { inspection: this.walk.inspection.id } };
    if (!(await attempt(data(api.POST("/api/v1/inspections/{inspection}/seal", { params, body: {} }))))) return;
    say(text("didSeal"));
    this.changed();
  }

  private askReopen(): void {
    this.because.ask(text("whyReopen"), [], (reason) => void this.reopen(reason));
  }

  private async reopen(reason: string): Promise<void> {
    const params = { path: { inspection: this.walk.inspection.id } };
    if (!(await attempt(data(api.POST("/api/v1/inspections/{inspection}/reopen", { params, body: { reason } }))))) return;
    say(text("didReopen"));
    this.changed();
  }

  override render(): unknown {
    if (!this.isOpen) return nothing;
    const harmless = this.harmless.length;
    return html`<div class="actions review-steps">
        <button type="button" class="main" @click=${() => void this.approve()} ?disabled=${this.state === "approved"}>${text("approveWalk")} <kbd>A</kbd></button>
        <button type="button" class="bad" @click=${() => this.askReturn()}>${text("returnWalk")} <kbd>R</kbd></button>
        <button type="button" @click=${() => this.askBulk()}>${text("bulk", { n: harmless })} <kbd>B</kbd></button>
        ${this.state === "submitted" ? html`<button type="button" @click=${() => this.sealing.open()}>${text("seal")}</button>` : nothing}
        <button type="button" @click=${() => this.askReopen()}>${text("reopen")}</button>
      </div>
      ${this.bulk.render(text("bulkTitle"), this.bulkBody(harmless))}
      ${this.sealing.render(text("sealTitle"), this.sealBody())}
      <fo-because></fo-because>`;
  }

  private bulkBody(harmless: number): unknown {
    const left = stopsOf(this.walk).filter((one) => isDecidable(one.shot) && !one.shot.verdict).length - harmless;
    const approve = (): void => {
      this.bulk.close();
      this.dispatchEvent(new CustomEvent("bulk", { detail: this.harmless, bubbles: true }));
    };
    if (!harmless) return html`<p>${text("bulkNone")}</p>`;
    return html`<p>${text("bulkAsk", { n: harmless })}</p>
      ${left ? html`<p class="muted">${text("bulkLeft", { n: left })}</p>` : nothing}
      <div class="actions">
        <button type="button" class="main review-bulk" @click=${approve}>${text("bulkDo", { n: harmless })}</button>
        <button type="button" @click=${() => this.bulk.close()}>${text("cancel")}</button>
      </div>`;
  }

  private sealBody(): unknown {
    const owed = this.walk.photos_announced - this.walk.photos_stored;
    const conflicts = this.walk.parts.flatMap((part) => part.lines).filter((line) => line.in_conflict).length;
    return html`<p>${text("sealAsk")}</p>
      ${owed > 0 || conflicts
        ? html`<p>${text("standsAgainst")}</p><ul>
            ${owed > 0 ? html`<li>${text("againstOwed", { n: owed })}</li>` : nothing}
            ${conflicts ? html`<li><a href="/conflicts">${text("againstConflict", { n: conflicts })}</a></li>` : nothing}
          </ul>`
        : html`<p class="muted">${text("nothingAgainst")}</p>`}
      <div class="actions">
        <button type="button" class="main" @click=${() => void this.seal()}>${text("sealDo")}</button>
        <button type="button" @click=${() => this.sealing.close()}>${text("cancel")}</button>
      </div>`;
  }
}
