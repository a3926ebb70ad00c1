/** Whom to reach: asked for with a purpose, shown once, kept nowhere. */

import { html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { api, data } from "../../core/api";
import { Part } from "../../core/page";
import { person } from "../../core/session";
import type { ComplaintView, Contact as Reached } from "../../generated/api";
import { Asking } from "../../parts/asking";
import { bodyOf } from "./body";
import { text } from "./texts";

const LEVEL = 3;

@customElement("fo-contact")
export class Contact extends Part {
  @property({ attribute: false }) view!: ComplaintView;
  @state() private found: Reached | null = null;
  private readonly asking = new Asking(this);

  /** Whether the person holds level 3 there; the server decides. */
  private get mayAsk(): boolean {
    const site = this.view.record.site;
    return person().grants.some((one) => one.level >= LEVEL && (one.sites === null || one.sites.includes(site)));
  }

  private ask(): void {
    const feedback = this.view.record.id;
    this.asking.ask({
      title: text("unmask"),
      fields: [{ name: "purpose", label: text("purpose"), kind: "line", isRequired: true, hint: text("purposeHint") }],
      done: text("unmask"),
      run: async (said) => {
        const body = { purpose: said["purpose"] ?? "" };
        this.found = await data(api.POST("/api/v1/feedback/{feedback}/contact", { params: { path: { feedback } }, body }));
      },
    });
  }

  override render(): unknown {
    return html`<h3>${text("contact")}</h3>
      ${this.body()} ${this.asking.render()}`;
  }

  private body(): unknown {
    if (this.found) return this.shown(this.found);
    const body = bodyOf(this.view);
    if (!body.contact && !(body.withheld ?? []).includes("contact")) return html`<p class="muted">${text("noContact")}</p>`;
    if (!this.mayAsk) return html`<p class="muted">${text("contactShut")}</p>`;
    return html`<button type="button" @click=${() => this.ask()}>${text("unmask")}</button>`;
  }

  private shown(found: Reached): unknown {
    const row = (name: "name" | "phone" | "unit"): unknown => (found[name] ? html`<dt>${text(`c_${name}`)}</dt><dd>${found[name]}</dd>` : nothing);
    return html`<dl class="pairs">${row("name")} ${row("phone")} ${row("unit")}</dl>
      <p class="small muted">${text("shownOnce")}</p>
      <button type="button" @click=${() => (this.found = null)}>${text("hide")}</button>`;
  }
}
