/** Where the person is signed in: this session, the others, and an end to them. */

import { html, nothing } from "lit";
import { customElement } from "lit/decorators.js";
import { Task } from "@lit/task";
import { api, data } from "../../core/api";
import { ago, instant } from "../../core/format";
import { Part } from "../../core/page";
import type { SessionView } from "../../generated/api";
import { Dialog } from "../../parts/dialog";
import { attempt, say } from "../../parts/toast";
import { shown } from "../../parts/told";
import { text as common } from "../../texts";
import { agent } from "./agents";
import { text } from "./texts";

@customElement("fo-sessions")
export class Sessions extends Part {
  private readonly list = new Task(this, { task: () => data(api.GET("/api/v1/sessions")), args: () => [] });
  private readonly asking = new Dialog();

  /** Ask anew: a new password has ended the others. */
  reload(): void {
    void this.list.run();
  }

  override render(): unknown {
    return shown(this.list, (found) => this.table(found));
  }

  private table(found: SessionView[]): unknown {
    const ordered = [...found].sort((one, other) => Number(other.current) - Number(one.current) || other.seen_ms - one.seen_ms);
    const others = found.filter((one) => !one.current).length;
    return html`<p class="muted small">${others ? text("sessionsTold") : text("onlyHere")}</p>
      <div class="scroll" role="group" tabindex="0" aria-label=${text("sessions")}>
        <table class="profile-sessions">
          <thead><tr><th>${text("device")}</th><th>${text("since")}</th><th>${text("seen")}</th><th>${text("ends")}</th><th>${text("address")}</th><th><span class="hidden">${text("action")}</span></th></tr></thead>
          <tbody>${ordered.map((one) => this.row(one))}</tbody>
        </table>
      </div>
      ${others > 1 ? html`<div class="actions"><button type="button" class="bad" @click=${() => this.asking.open()}>${text("endOthers")}</button></div>` : nothing}
      ${this.asking.render(text("endNow"), html`<p>${text("endNowTold")}</p>
        <div class="actions"><button type="button" class="bad" @click=${() => void this.endOthers()}>${text("endOthers")}</button>
        <button type="button" @click=${() => this.asking.close()}>${common("cancel")}</button></div>`)}`;
  }

  private row(one: SessionView): unknown {
    const way = one.way === "sso" ? text("waySso") : text("wayPassword");
    return html`<tr data-session=${one.id}>
      <td><span title=${one.agent}>${agent(one.agent)}</span>
        ${one.current ? html` <span class="badge good">${text("here")}</span>` : nothing}
        <div class="muted small">${one.kind === "bearer" ? `${text("kindBearer")} · ` : ""}${way}</div></td>
      <td>${instant(one.made_ms)}</td>
      <td title=${instant(one.seen_ms)}>${ago(one.seen_ms)}</td>
      <td title=${instant(one.expires_ms)}>${ago(one.expires_ms)}</td>
      <td>${one.address}</td>
      <td>${one.current ? nothing : html`<button type="button" aria-label="${text("end")}: ${agent(one.agent)}, ${instant(one.made_ms)}" @click=${() => void this.end(one)}>${text("end")}</button>`}</td>
    </tr>`;
  }

  private async end(one: SessionView): Promise<void> {
    const ended = await attempt(data(api.DELETE("/api/v1/sessions/{session}", { params: { path: { session: one.id } } })));
    if (ended) say(text("ended"));
    this.reload();
  }

  private async endOthers(): Promise<void> {
    this.asking.close();
    const done = await attempt(data(api.DELETE("/api/v1/sessions")));
    if (done) say(text("endedAll", { n: done.ended }));
    this.reload();
  }
}
