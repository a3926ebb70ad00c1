/** The dialog behind every point of every chart: its records, and their photos. */

import { html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { instant } from "../../core/format";
import { language } from "../../core/language";
import { nameOf } from "../../core/names";
import { Part } from "../../core/page";
import { Dialog } from "../../parts/dialog";
import { Paged } from "../../parts/paged";
import type { Asked } from "./asked";
import { cases, pathOf, walks, type Counted, type Line } from "./behind";
import "./photos";
import { text } from "./texts";

export interface Question {
  title: string;
  asked: Asked;
  /** The figures to choose from; or else the walks, each with the items whose photos matter. */
  counted?: Counted[];
  walks?: string[];
  items?: (walk: string) => Set<string> | null;
  nameOf: (item: string) => string;
}

@customElement("fo-drill")
export class Drill extends Part {
  @state() private question: Question | null = null;
  @state() private counted: Counted | null = null;
  private readonly dialog = new Dialog();
  private readonly list = new Paged<Line>(this, (cursor) => this.load(cursor));

  /** Show what is behind a point. */
  async ask(question: Question): Promise<void> {
    this.question = question;
    this.counted = question.counted?.[0] ?? null;
    this.list.items = [];
    void this.list.reload();
    await this.updateComplete;
    this.dialog.open();
  }

  private load(cursor: string): ReturnType<typeof cases> {
    const question = this.question;
    if (!question) return Promise.resolve({ items: [], cursor: null });
    return this.counted ? cases(question.asked, this.counted, cursor) : walks(question.walks ?? [], cursor);
  }

  override render(): unknown {
    const question = this.question;
    return this.dialog.render(question?.title ?? text("drill"), question ? this.body(question) : nothing, true);
  }

  private body(question: Question): unknown {
    return html`<div class="assess-drill">
      ${question.counted && question.counted.length > 1 ? this.choice(question.counted) : nothing}
      ${this.list.render((lines) => html`<ol class="assess-lines">${lines.map((one) => this.line(question, one))}</ol>`, text("noneBehind"))}
    </div>`;
  }

  private choice(counted: Counted[]): unknown {
    return html`<label class="filter"><span>${text("choose")}</span>
      <select @change=${(event: Event) => this.choose((event.target as HTMLSelectElement).value as Counted)}>
        ${counted.map((one) => html`<option value=${one} ?selected=${one === this.counted}>${name(one)}</option>`)}
      </select></label>`;
  }

  private choose(counted: Counted): void {
    this.counted = counted;
    this.list.items = [];
    void this.list.reload();
  }

  private line(question: Question, one: Line): unknown {
    const path = pathOf(one);
    const items = one.inspection && question.items ? question.items(one.inspection) : null;
    return html`<li>
      <div class="split"><span><strong>${instant(one.when)}</strong> · ${nameOf(one.site)}
          ${one.people.length ? html` · ${one.people.map((who) => nameOf(who)).join(language() === "en" ? ", " : "、")}` : nothing}</span>
        <span>${this.verdict(one)} ${path ? html`<a href=${path} @click=${() => this.dialog.close()}>${text(one.kind === "inspection" ? "openWalk" : "openRecord")}</a>` : nothing}</span></div>
      ${one.words.length ? html`<p class="muted small">${one.words.join(" · ")}</p>` : nothing}
      ${one.inspection || one.hashes.length
        ? html`<fo-behind-photos .inspection=${one.inspection} .hashes=${one.hashes} .result=${one.result} ?few=${one.kind === "feedback"} .items=${items} .nameOf=${question.nameOf} @click=${this.leave}></fo-behind-photos>`
        : html`<p class="muted small">${text("noPhotos")}</p>`}
    </li>`;
  }

  /** A way to another page closes the dialog, which would lie over it. */
  private readonly leave = (event: Event): void => {
    const link = event.composedPath().find((one) => one instanceof HTMLAnchorElement);
    if (link && !link.target) this.dialog.close();
  };

  private verdict(one: Line): unknown {
    if (this.counted === null || this.counted === "conformity.walks") return nothing;
    if (one.good === null) return html`<span class="badge">${text("pending")}</span>`;
    return one.good ? html`<span class="badge good">${text("good")}</span>` : html`<span class="badge bad">${text("bad")}</span>`;
  }
}

/** What a figure that is counted is called. */
export function name(counted: Counted): string {
  const dimension = counted.split(".")[1] as "empathy";
  return counted.startsWith("satisfaction.") && counted !== "satisfaction.answers" ? text(dimension) : text(counted as "handling.recheck");
}
