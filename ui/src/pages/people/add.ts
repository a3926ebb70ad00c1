/** Adding a person, and the password for one sign-in, which is shown once. */

import { html, nothing, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import { api, data } from "../../core/api";
import { instant } from "../../core/format";
import { Part } from "../../core/page";
import type { Reset } from "../../generated/api";
import { Dialog } from "../../parts/dialog";
import { attempt, say } from "../../parts/toast";
import { text } from "./texts";

@customElement("fo-add-person")
export class Add extends Part {
  @state() private made: Reset | null = null;
  @state() private isBusy = false;
  private readonly dialog = new Dialog();

  open(): void {
    this.made = null;
    this.querySelector("form")?.reset();
    this.dialog.open();
  }

  private async add(event: Event): Promise<void> {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement);
    const given = (name: string): string => String(form.get(name) ?? "").trim();
    const pin = given("pin");
    const body = { login: given("login"), name: given("name"), staff_number: given("number"), password: null, pin: pin || null };
    this.isBusy = true;
    const person = await attempt(data(api.POST("/api/v1/users", { body })));
    if (person && form.get("desk")) this.made = await attempt(reset(person.id));
    this.isBusy = false;
    if (!person) return;
    say(text("addDone", { name: body.name }));
    if (!this.made) this.dialog.close();
    this.dispatchEvent(new CustomEvent("added", { detail: person.id }));
  }

  override render(): unknown {
    return this.dialog.render(
      text("addTitle"),
      this.made
        ? once(this.made)
        : html`<form @submit=${this.add}>
            <label class="field"><span>${text("name")}</span><input name="name" required maxlength="200" autocomplete="off" /></label>
            <label class="field"><span>${text("login")}</span><input name="login" required maxlength="200" autocomplete="off" autocapitalize="none" /></label>
            <label class="field"><span>${text("number")}</span><input name="number" maxlength="200" autocomplete="off" /></label>
            <label class="field"><span>${text("addPin")}</span><input name="pin" inputmode="numeric" pattern="[0-9]{4,12}" autocomplete="off" /></label>
            <label class="filter check"><input type="checkbox" name="desk" /><span>${text("addPassword")}</span></label>
            <p class="muted small">${text("addTold")}</p>
            <div class="actions"><button class="main" type="submit" ?disabled=${this.isBusy}>${text("add")}</button></div>
          </form>`,
    );
  }
}

/** A password for one sign-in; ends the person's sessions and any lock-out. */
export function reset(user: string): Promise<Reset> {
  return data(api.POST("/api/v1/users/{user}/password-reset", { params: { path: { user } } }));
}

/** Shown once: to be read out, or written down. */
export function once(made: Reset): TemplateResult {
  const copy = (): void => void navigator.clipboard.writeText(made.password).then(() => say(text("copied")));
  return html`<p>${text("resetShown", { when: instant(made.expires_ms) })}</p>
    <p class="people-once"><code>${made.password}</code>
      ${navigator.clipboard ? html`<button type="button" @click=${copy}>${text("copy")}</button>` : nothing}</p>`;
}
