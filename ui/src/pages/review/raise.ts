/** Raise a finding about what a photo shows. */

import { html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { api, data } from "../../core/api";
import { titled } from "../../core/language";
import { word } from "../../core/words";
import { Part } from "../../core/page";
import type { Reviewed } from "../../generated/api";
import { Dialog } from "../../parts/dialog";
import { attempt, say } from "../../parts/toast";
import { text } from "./texts";
import type { Stop } from "./walk";

const SEVERITIES = ["minor", "major", "critical"] as const;
type Severity = (typeof SEVERITIES)[number];

@customElement("fo-raise")
export class Raise extends Part {
  @state() private stop: Stop | null = null;
  private walk: Reviewed | null = null;
  private isBusy = false;
  private readonly dialog = new Dialog();

  ask(walk: Reviewed, stop: Stop): void {
    this.walk = walk;
    this.stop = stop;
    void this.updateComplete.then(() => {
      this.querySelector("form")?.reset();
      this.dialog.open();
      this.querySelector("textarea")?.focus();
    });
  }

  private async send(event: Event): Promise<void> {
    event.preventDefault();
    // Who presses twice means one finding.
    if (!this.walk || !this.stop || this.isBusy) return;
    const given = new FormData(event.target as HTMLFormElement);
    const [severity, words, until] = [given.get("severity"), given.get("text"), given.get("deadline")];
    const { line, shot } = this.stop;
    const area = this.walk.inspection.body["area"];
    const body = {
      severity: severity as Severity,
      text: String(words),
      inspection: this.walk.inspection.id,
      photos: [shot.sha256],
      ...(line.result ? { result: line.result, item: line.item } : {}),
      ...(line.result && line.repeat ? { repeat: line.repeat } : {}),
      ...(typeof area === "string" ? { area } : {}),
      ...(until ? { deadline: new Date(String(until)).toISOString() } : {}),
    };
    const params = { path: { site: this.walk.inspection.site } };
    this.isBusy = true;
    const done = await attempt(data(api.POST("/api/v1/sites/{site}/findings", { params, body })));
    this.isBusy = false;
    if (!done) return;
    this.dialog.close();
    say(text("raised"));
    this.dispatchEvent(new Event("raised"));
  }

  override render(): unknown {
    const { stop } = this;
    return this.dialog.render(
      text("raise"),
      stop
        ? html`<form @submit=${this.send}>
            <p class="muted">${titled(stop.line.titles)}</p>
            <label class="field"><span>${text("severity")}</span>
              <select name="severity">
                ${SEVERITIES.map((one) => html`<option value=${one} ?selected=${one === stop.line.severity}>${word("severity", one)}</option>`)}
              </select></label>
            <label class="field"><span>${text("what")}</span><textarea name="text" required></textarea></label>
            <label class="field"><span>${text("deadline")}</span><input type="datetime-local" name="deadline" /></label>
            <div class="actions">
              <button type="submit" class="main">${text("raise")}</button>
              <button type="button" @click=${() => this.dialog.close()}>${text("cancel")}</button>
            </div>
          </form>`
        : nothing,
    );
  }
}
