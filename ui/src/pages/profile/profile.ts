/** One's own account: who, what one may do, password, sessions, language and appearance. */

import { html, nothing } from "lit";
import { customElement } from "lit/decorators.js";
import { Task } from "@lit/task";
import { day, isPast } from "../../core/format";
import { language, setLanguage, type Language } from "../../core/language";
import { loadNames, nameOf } from "../../core/names";
import { Page } from "../../core/page";
import { person } from "../../core/session";
import { onTheme, setTheme, theme, type Theme } from "../../core/theme";
import { word } from "../../core/words";
import type { Grant } from "../../generated/api";
import { empty } from "../../parts/told";
import { text as common } from "../../texts";
import "./password";
import "./sessions";
import type { Sessions } from "./sessions";
import { text } from "./texts";
import "../../styles/profile.css";

@customElement("fo-profile")
export class Profile extends Page {
  // Names of the sites come after the page: until then it says the beginnings of their ids.
  private readonly names = new Task(this, { task: () => loadNames(), args: () => [] });

  private forgetTheme: (() => void) | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    this.forgetTheme = onTheme(() => this.requestUpdate());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.forgetTheme?.();
  }

  override heading(): string {
    return common("profile");
  }

  override render(): unknown {
    return html`<h1>${this.heading()}</h1>
      <div class="profile">
        <section class="card" aria-labelledby="profile-who"><h2 id="profile-who">${text("who")}</h2>${this.who()}</section>
        <section class="card" aria-labelledby="profile-look"><h2 id="profile-look">${text("look")}</h2>${this.look()}</section>
        <section class="card" aria-labelledby="profile-password"><h2 id="profile-password">${text("password")}</h2>
          <fo-password @changed=${() => this.querySelector<Sessions>("fo-sessions")?.reload()}></fo-password></section>
        <section class="card wide" aria-labelledby="profile-sessions"><h2 id="profile-sessions">${text("sessions")}</h2>
          <fo-sessions></fo-sessions></section>
      </div>`;
  }

  private who(): unknown {
    const who = person();
    const pairs = [["name", who.name], ["staffNumber", who.staff_number], ["post", who.post], ["team", who.team]] as const;
    return html`<dl class="pairs">
        ${pairs.map(([key, value]) => (value ? html`<dt>${text(key)}</dt><dd>${value}</dd>` : nothing))}
      </dl>
      <h3>${text("grants")}</h3>
      ${who.grants.length ? this.grants(who.grants) : empty(text("noGrants"))}
      <p class="muted small">${text("askAdmin")}</p>`;
  }

  private grants(grants: Grant[]): unknown {
    return html`<ul class="profile-grants">
      ${grants.map((one) => html`<li>
        <strong>${word("role", one.role)}</strong> <span class="badge">${word("level", one.level ?? 1)}</span>
        ${isPast(one.expires_ms) ? html`<span class="badge bad">${text("over")}</span>` : nothing}
        <div>${this.sites(one.sites)}</div>
        <div class="muted small">${one.expires_ms ? `${text("until")} ${day(one.expires_ms)}` : text("forever")}</div>
      </li>`)}
    </ul>`;
  }

  private sites(sites: string[] | null | undefined): string {
    if (!sites) return text("everySite");
    const known = this.names.value ? sites.map((one) => nameOf(one)) : sites.map((one) => one.slice(0, 8));
    return known.sort((one, other) => one.localeCompare(other, language())).join(language() === "en" ? ", " : "、");
  }

  private look(): unknown {
    const choose = <T extends string>(name: string, label: string, options: [T, string][], now: T, set: (one: T) => void): unknown =>
      html`<fieldset class="profile-choice"><legend>${label}</legend>
        ${options.map(([value, told]) => html`<label class="filter check" lang=${name === "language" ? value : nothing}><input type="radio" name="profile-${name}" value=${value}
          .checked=${value === now} @change=${() => set(value)} /><span>${told}</span></label>`)}
      </fieldset>`;
    return html`${choose<Language>("language", text("language"), [["zh-CN", "中文"], ["en", "English"]], language(), setLanguage)}
      ${choose<Theme>("theme", text("theme"), [["auto", text("auto")], ["light", text("light")], ["dark", text("dark")]], theme(), setTheme)}
      <p class="muted small">${text("lookTold")}</p>`;
  }
}
