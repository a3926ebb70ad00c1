/** Where a person is signed in, and ending it. */

import { html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { Task } from "@lit/task";
import { api, data } from "../../core/api";
import { ago, instant } from "../../core/format";
import { Part } from "../../core/page";
import type { SessionView } from "../../generated/api";
import { attempt, say } from "../../parts/toast";
import { shown } from "../../parts/told";
import { text } from "./texts";

@customElement("fo-person-sessions")
export class PersonSessions extends Part {
  @property() user = "";
  private readonly task = new Task(this, {
    task: ([user]) => data(api.GET("/api/v1/users/{user}/sessions", { params: { path: { user } } })),
    args: () => [this.user] as const,
  });

  private async end(ending: Promise<{ ended: number }>): Promise<void> {
    const done = await attempt(ending);
    if (!done) return;
    say(text("ended", { n: done.ended }));
    await this.task.run();
  }

  private endOne(session: string): void {
    void this.end(data(api.DELETE("/api/v1/sessions/{session}", { params: { path: { session } } })));
  }

  private endAll(): void {
    void this.end(data(api.DELETE("/api/v1/users/{user}/sessions", { params: { path: { user: this.user } } })));
  }

  override render(): unknown {
    return html`<section class="card scroll" aria-labelledby="sessions"><h2 id="sessions">${text("sessions")}</h2>
      ${shown(this.task, (all) => (all.length ? this.table(all) : html`<p class="muted">${text("sessionsNone")}</p>`))}
    </section>`;
  }

  private table(all: SessionView[]): unknown {
    return html`<table>
        <thead><tr><th>${text("device")}</th><th>${text("began")}</th><th>${text("seen")}</th><th><span class="hidden">${text("end")}</span></th></tr></thead>
        <tbody>${all.map((one) => html`<tr>
          <td class="people-agent">${text(one.kind)} ${one.current ? html`<span class="badge accent">${text("current")}</span>` : nothing}<br />
            <span class="muted small">${one.agent} · ${one.address}</span></td>
          <td title=${instant(one.made_ms)}>${ago(one.made_ms)}</td><td title=${instant(one.seen_ms)}>${ago(one.seen_ms)}</td>
          <td><button type="button" @click=${() => this.endOne(one.id)}>${text("end")}</button></td></tr>`)}</tbody>
      </table>
      <div class="actions"><button type="button" class="bad" @click=${this.endAll}>${text("endAll")}</button></div>`;
  }
}
