/** Asks before something is done that is not easily undone: what will happen, perhaps why, and one button. */

import { html, nothing, type LitElement, type TemplateResult } from "lit";
import { text } from "../texts";
import { Dialog } from "./dialog";
import { attempt } from "./toast";

export interface Question {
  title: () => string;
  /** What happens then, in a few sentences. */
  body: () => unknown;
  /** The word on the button. */
  act: () => string;
  isBad?: boolean;
  /** With a label, a reason must be given. */
  reason?: () => string;
  run: (reason: string) => Promise<unknown>;
}

/**
 *     private readonly asking = new Ask(this);
 *     this.asking.open({ title: …, body: …, act: …, run: () => data(api.POST(…)) });
 *     render() { return html`…${this.asking.render()}`; }
 */
export class Ask {
  private readonly dialog = new Dialog();
  private question: Question | null = null;
  private reason = "";
  private isBusy = false;

  constructor(private readonly host: LitElement) {}

  open(question: Question): void {
    this.question = question;
    this.reason = "";
    this.host.requestUpdate();
    void this.host.updateComplete.then(() => this.dialog.open());
  }

  private async run(event: Event): Promise<void> {
    event.preventDefault();
    if (!this.question || this.isBusy) return;
    this.isBusy = true;
    this.host.requestUpdate();
    const done = await attempt(this.question.run(this.reason).then(() => true));
    this.isBusy = false;
    if (done) this.dialog.close();
    this.host.requestUpdate();
  }

  render(): TemplateResult | typeof nothing {
    const asked = this.question;
    if (!asked) return nothing;
    return this.dialog.render(
      asked.title(),
      html`<form @submit=${this.run.bind(this)}>
        ${asked.body()}
        ${asked.reason
          ? html`<label class="field"><span>${asked.reason()}</span>
              <textarea name="reason" required maxlength="500" .value=${this.reason}
                @input=${(event: Event) => (this.reason = (event.target as HTMLTextAreaElement).value)}></textarea></label>`
          : nothing}
        <div class="actions">
          <button type="submit" class=${asked.isBad ? "bad" : "main"} ?disabled=${this.isBusy}>${asked.act()}</button>
          <button type="button" @click=${() => this.dialog.close()}>${text("cancel")}</button>
        </div>
      </form>`,
    );
  }
}
