/** Granting a role: which, where, up to which level, until when. */

import { html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { Task } from "@lit/task";
import { api, data } from "../../core/api";
import { sites } from "../../core/names";
import { Part } from "../../core/page";
import { word } from "../../core/words";
import type { Level, Role } from "../../generated/api";
import { attempt, say } from "../../parts/toast";
import { ROLES } from "./roles";
import { text } from "./texts";


const LEVELS: Level[] = [1, 2, 3];

@customElement("fo-grant")
export class GrantForm extends Part {
  @property() user = "";
  @state() private wanted: Role = "inspector";
  @state() private isEverywhere = true;
  private readonly known = new Task(this, { task: () => sites(), args: () => [] });

  private isBusy = false;

  private async grant(event: Event): Promise<void> {
    event.preventDefault();
    const target = event.target as HTMLFormElement;
    const form = new FormData(target);
    const chosen = form.getAll("site").map(String);
    if (!this.isEverywhere && !chosen.length) return say(text("grantPick"));
    const until = String(form.get("until") ?? "");
    const body = {
      user: this.user,
      role: this.wanted,
      sites: this.isEverywhere ? null : chosen,
      level: Number(form.get("level")) as Level,
      expires_ms: until ? endOf(until) : null,
    };
    if (this.isBusy) return;
    this.isBusy = true;
    const done = await attempt(data(api.POST("/api/v1/grants", { body })));
    this.isBusy = false;
    if (!done) return;
    say(text("grantDone", { role: word("role", body.role) }));
    target.reset();
    this.dispatchEvent(new CustomEvent("granted"));
  }

  override render(): unknown {
    return html`<details class="people-grant">
      <summary class="button">${text("grantAdd")}</summary>
      <form @submit=${this.grant}>
        <label class="field"><span>${text("grantRole")}</span>
          <select name="role" @change=${(event: Event) => (this.wanted = (event.target as HTMLSelectElement).value as Role)}>
            ${ROLES.map((one) => html`<option value=${one} ?selected=${one === this.wanted}>${word("role", one)}</option>`)}
          </select></label>
        <p class="muted small">${text(`tell_${this.wanted}`)}</p>
        <fieldset class="people-sites"><legend>${text("grantSites")}</legend>
          ${this.where(true, text("grantAll"))} ${this.where(false, text("grantSome"))}
          ${this.isEverywhere
            ? nothing
            : html`<ul>${(this.known.value ?? []).map((one) => html`<li><label><input type="checkbox" name="site" value=${one.id} /> ${one.name}</label></li>`)}</ul>`}
        </fieldset>
        <label class="field"><span>${text("grantLevel")}</span>
          <select name="level">${LEVELS.map((one) => html`<option value=${one}>${word("level", one)}</option>`)}</select></label>
        <label class="field"><span>${text("grantUntil")}</span><input type="date" name="until" /></label>
        <p class="muted small">${text("grantTold")}</p>
        <button type="submit" class="main">${text("grantAdd")}</button>
      </form>
    </details>`;
  }

  private where(isEverywhere: boolean, label: string): unknown {
    return html`<label class="people-where"><input type="radio" name="where" .checked=${this.isEverywhere === isEverywhere}
      @change=${() => (this.isEverywhere = isEverywhere)} /> ${label}</label>`;
  }
}

/** The last moment of a day here. */
function endOf(day: string): number {
  const date = new Date(`${day}T00:00:00`);
  date.setDate(date.getDate() + 1);
  return date.getTime() - 1;
}
