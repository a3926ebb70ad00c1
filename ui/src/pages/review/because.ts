/** The question why: a reason in words, some of them ready to be picked by a key. */

import { html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { Part } from "../../core/page";
import { Dialog } from "../../parts/dialog";
import { text } from "./texts";

interface Asked {
  title: string;
  picks: string[];
  run: (reason: string) => void;
}

@customElement("fo-because")
export class Because extends Part {
  @state() private asked: Asked | null = null;
  @state() private reason = "";
  private readonly dialog = new Dialog();

  /** Ask; `run` gets the reason, which is never empty. */
  ask(title: string, picks: string[], run: (reason: string) => void): void {
    this.asked = { title, picks, run };
    this.reason = "";
    void this.updateComplete.then(() => {
      this.dialog.open();
      this.querySelector("textarea")?.focus();
    });
  }

  private send(event?: Event): void {
    event?.preventDefault();
    const reason = this.reason.trim();
    if (!reason || !this.asked) return;
    const { run } = this.asked;
    this.dialog.close();
    run(reason);
  }

  private pick(reason: string): void {
    this.reason = reason;
    this.send();
  }

  /** A number picks while nothing was typed; Enter sends, with Shift it is a new line. */
  private typed(event: KeyboardEvent): void {
    const pick = this.reason ? undefined : this.asked?.picks[Number(event.key) - 1];
    if (pick) {
      event.preventDefault();
      this.pick(pick);
    } else if (event.key === "Enter" && !event.shiftKey && !event.isComposing) this.send(event);
  }

  override render(): unknown {
    const { asked } = this;
    return this.dialog.render(
      asked?.title ?? "",
      asked
        ? html`<form @submit=${this.send}>
            ${asked.picks.length
              ? html`<ol class="review-picks">
                  ${asked.picks.map((one, n) => html`<li><button type="button" @click=${() => this.pick(one)}><kbd>${n + 1}</kbd> ${one}</button></li>`)}
                </ol>`
              : nothing}
            <label class="field"><span>${text("why")}</span>
              <textarea required .value=${this.reason} @keydown=${this.typed}
                @input=${(event: Event) => (this.reason = (event.target as HTMLTextAreaElement).value)}></textarea></label>
            <div class="actions">
              <button type="submit" class="main" ?disabled=${!this.reason.trim()}>${text("send")}</button>
              <button type="button" @click=${() => this.dialog.close()}>${text("cancel")}</button>
            </div>
          </form>`
        : nothing,
    );
  }
}
