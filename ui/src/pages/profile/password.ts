/** Choosing a new password: the rules first, what it lacks from the server. */

import { html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { api, data, Refused } from "../../core/api";
import { day } from "../../core/format";
import { titled } from "../../core/language";
import { Part } from "../../core/page";
import { begin, session } from "../../core/session";
import { say } from "../../parts/toast";
import { text } from "./texts";

type Lack = Record<string, string>;

@customElement("fo-password")
export class Password extends Part {
  @state() private told = "";
  @state() private lacks: Lack[] = [];
  @state() private isBusy = false;
  @state() private isShown = false;

  override render(): unknown {
    const { password, session: mine, person } = session();
    if (mine.way === "sso") return html`<p>${text("sso")}</p>`;
    return html`<form class="profile-password" @submit=${(event: SubmitEvent) => void this.change(event)}>
      <input class="hidden" type="text" name="username" autocomplete="username" value=${person.name} tabindex="-1" aria-hidden="true" readonly />
      ${this.told ? this.trouble() : nothing}
      ${this.field("old", text("old"), "current-password")}
      ${this.field("next", text("next"), "new-password")}
      ${this.field("again", text("again"), "new-password")}
      <label class="filter check"><input type="checkbox" .checked=${this.isShown}
        @change=${(event: Event) => (this.isShown = (event.target as HTMLInputElement).checked)} /><span>${text("show")}</span></label>
      <details class="profile-rules" open>
        <summary>${text("rules")}</summary>
        <ul>${(["rule1", "rule2", "rule3", "rule4"] as const).map((one) => html`<li>${text(one)}</li>`)}</ul>
      </details>
      <div class="actions"><button type="submit" class="main" ?disabled=${this.isBusy}>${text("change")}</button>
        ${password.expires_ms ? html`<span class="muted small">${text("runsOut", { day: day(password.expires_ms) })}</span>` : nothing}</div>
    </form>`;
  }

  private field(name: string, label: string, autocomplete: "current-password" | "new-password"): unknown {
    const described = name === "next" && this.lacks.length ? "profile-lacks" : nothing;
    return html`<label class="field"><span>${label}</span>
      <input name=${name} type=${this.isShown ? "text" : "password"} autocomplete=${autocomplete} required maxlength="1000"
        spellcheck="false" aria-describedby=${described} aria-invalid=${described === nothing ? nothing : "true"} /></label>`;
  }

  private trouble(): unknown {
    return html`<div class="trouble" role="alert"><strong>${this.told}</strong>
      ${this.lacks.length ? html`<ul id="profile-lacks">${this.lacks.map((one) => html`<li>${titled(one)}</li>`)}</ul>` : nothing}
    </div>`;
  }

  private async change(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const typed = new FormData(form);
    const value = (name: string): string => String(typed.get(name) ?? "");
    this.lacks = [];
    this.told = value("next") === value("again") ? "" : text("differ");
    if (this.told) return;
    this.isBusy = true;
    try {
      await data(api.POST("/api/v1/session/password", { body: { old: value("old"), new: value("next") } }));
      form.reset();
      this.isShown = false;
      await begin();
      say(text("changed"));
      this.dispatchEvent(new CustomEvent("changed"));
    } catch (error) {
      this.refused(error);
    } finally {
      this.isBusy = false;
    }
  }

  private refused(error: unknown): void {
    if (!(error instanceof Refused)) throw error;
    this.told = error.told;
    const extra = (error.problem as { extra?: { missing?: Lack[] } }).extra;
    this.lacks = extra?.missing ?? [];
  }
}
