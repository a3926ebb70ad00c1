/** One person: grants, account, sessions, and the end of it. */

import { html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { api, data } from "../../core/api";
import { day, isPast } from "../../core/format";
import { nameOf } from "../../core/names";
import { Part } from "../../core/page";
import { person } from "../../core/session";
import { word } from "../../core/words";
import type { Grant, Reset, UserView } from "../../generated/api";
import { Ask } from "../../parts/ask";
import { Dialog } from "../../parts/dialog";
import { say } from "../../parts/toast";
import "./account";
import { once, reset } from "./add";
import "./grant";
import "./sessions";
import { text } from "./texts";

@customElement("fo-person")
export class PersonPart extends Part {
  @property({ attribute: false }) one!: UserView;
  /** The grant by which the last administrator is one; empty where there are others. */
  @property({ attribute: false }) onlyHead = "";
  @state() private made: Reset | null = null;
  private readonly asking = new Ask(this);
  private readonly shown = new Dialog();

  private changed(): void {
    this.dispatchEvent(new CustomEvent("changed"));
  }

  private revoke(id: string, grant: Grant): void {
    const role = word("role", grant.role);
    this.asking.open({
      title: () => text("revokeTitle", { role }),
      body: () => html`<p>${text("revokeTold", { name: this.one.name })}</p>
        ${this.one.id === person().id ? html`<p class="people-warn">${text("revokeSelf")}</p>` : nothing}`,
      act: () => text("revoke"),
      isBad: true,
      run: async () => {
        await data(api.DELETE("/api/v1/grants/{grant}", { params: { path: { grant: id } } }));
        say(text("revokeDone", { role }));
        this.changed();
      },
    });
  }

  private reset(): void {
    this.asking.open({
      title: () => text("resetTitle", { name: this.one.name }),
      body: () => html`<p>${text("passwordTold")}</p>`,
      act: () => text("reset"),
      run: async () => {
        this.made = await reset(this.one.id);
        await this.updateComplete;
        this.shown.open();
      },
    });
  }

  private disable(): void {
    const { id, name } = this.one;
    this.asking.open({
      title: () => text("disableTitle", { name }),
      body: () => html`<p>${text("disableTold")}</p>`,
      act: () => text("disable"),
      isBad: true,
      run: async () => {
        await data(api.POST("/api/v1/users/{user}/disable", { params: { path: { user: id } } }));
        say(text("disableDone", { name }));
        this.dispatchEvent(new CustomEvent("gone"));
      },
    });
  }

  override render(): unknown {
    const { one } = this;
    return html`<p class="people-facts"><span>${one.login}</span>${one.staff_number ? html`<span>${one.staff_number}</span>` : nothing}
        ${one.id === person().id ? html`<span class="badge accent">${text("you")}</span>` : nothing}
        <a href="/audit?actor=${one.id}">${text("audit")}</a></p>
      <div class="people-halves">
        <div>
          <section class="card" aria-labelledby="grants"><h2 id="grants">${text("grants")}</h2>
            ${one.grants.length ? html`<ul class="people-grants">${one.grants.map(([id, grant]) => this.grant(id, grant))}</ul>` : html`<p class="muted">${text("noGrants")}</p>`}
            <fo-grant .user=${one.id} @granted=${this.changed}></fo-grant>
          </section>
          <fo-person-sessions .user=${one.id}></fo-person-sessions>
        </div>
        <div>
          <fo-account .one=${one} @changed=${this.changed}></fo-account>
          <section class="card" aria-labelledby="password"><h2 id="password">${text("password")}</h2>
            <p class="muted">${text("passwordTold")}</p>
            <button type="button" @click=${this.reset}>${text("reset")}</button></section>
          <section class="card" aria-labelledby="danger"><h2 id="danger">${text("danger")}</h2>
            <p class="muted">${text("disableTold")}</p>
            <button type="button" class="bad" @click=${this.disable}>${text("disable")}</button></section>
        </div>
      </div>
      ${this.asking.render()}
      ${this.shown.render(text("password"), this.made ? once(this.made) : nothing)}`;
  }

  private grant(id: string, grant: Grant): unknown {
    const where = grant.sites === null ? text("everySite") : grant.sites.map((site) => nameOf(site)).join(", ");
    const ends = grant.expires_ms === null ? text("never") : isPast(grant.expires_ms) ? text("over") : text("until", { when: day(grant.expires_ms) });
    return html`<li><div><strong>${word("role", grant.role)}</strong> ${where}
        <br /><span class="muted small">${word("level", grant.level)} · ${ends}</span>
        ${id === this.onlyHead ? html`<br /><span class="small people-warn">${text("lastAdministrator")}</span>` : nothing}</div>
      <button type="button" class="bad" aria-label="${text("revoke")}: ${word("role", grant.role)}" @click=${() => this.revoke(id, grant)}>${text("revoke")}</button></li>`;
  }
}
