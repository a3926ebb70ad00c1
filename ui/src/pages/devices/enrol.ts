/** Enrolling: a name, its people, then a code that is good for ten minutes, as a picture and to type. */

import { html, nothing, svg } from "lit";
import { customElement, state } from "lit/decorators.js";
import { api, data } from "../../core/api";
import { now } from "../../core/clock";
import { colleagues } from "../../core/names";
import { Part } from "../../core/page";
import type { Colleague, EnrolCode } from "../../generated/api";
import { Dialog } from "../../parts/dialog";
import { attempt } from "../../parts/toast";
import { crew } from "./crew";
import { text } from "./texts";

const LOOK_EVERY = 3;

@customElement("fo-enrol")
export class Enrol extends Part {
  @state() private made: EnrolCode | null = null;
  @state() private isHere = false;
  @state() private everyone: Colleague[] = [];
  @state() private find = "";
  private readonly chosen = new Set<string>();
  private readonly dialog = new Dialog();
  private name = "";
  private asked = 0;
  private ticks = 0;
  private timer = 0;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.rest();
  }

  async open(): Promise<void> {
    this.made = null;
    this.isHere = false;
    this.name = "";
    this.chosen.clear();
    this.dialog.open();
    this.everyone = (await attempt(colleagues())) ?? [];
  }

  private rest(): void {
    window.clearInterval(this.timer);
    this.timer = 0;
  }

  private async make(event: Event): Promise<void> {
    event.preventDefault();
    this.asked = now();
    const body = { name: this.name.trim(), people: [...this.chosen] };
    this.made = await attempt(data(api.POST("/api/v1/devices/codes", { body })));
    if (!this.made || this.timer) return;
    this.timer = window.setInterval(() => this.tick(), 1000);
  }

  /** Once a second: the clock; now and then, whether the tablet has come. */
  private tick(): void {
    if (!this.dialog.isOpen || this.isHere || !this.left) this.rest();
    else if (++this.ticks % LOOK_EVERY === 0) void this.look();
    this.requestUpdate();
  }

  private async look(): Promise<void> {
    const page = await data(api.GET("/api/v1/devices", { params: { query: { revoked: false, limit: 10 } } })).catch(() => null);
    const since = this.asked - 60_000;
    if (!page?.items.some((one) => one.name === this.name.trim() && one.enrolled_ms > since)) return;
    this.isHere = true;
    this.dispatchEvent(new CustomEvent("enrolled"));
  }

  private get left(): number {
    return this.made ? Math.max(0, Math.ceil((this.made.expires_ms - now()) / 1000)) : 0;
  }

  override render(): unknown {
    return this.dialog.render(text("enrolTitle"), this.made ? this.code(this.made) : this.form());
  }

  private form(): unknown {
    return html`<form @submit=${this.make}>
      <label class="field"><span>${text("enrolName")}</span>
        <input name="name" required maxlength="200" autocomplete="off" .value=${this.name}
          @input=${(event: Event) => (this.name = (event.target as HTMLInputElement).value)} /></label>
      ${crew({
        everyone: this.everyone,
        find: this.find,
        has: (id) => this.chosen.has(id),
        onFind: (find) => (this.find = find),
        onTick: (one, isOn) => {
          if (isOn) this.chosen.add(one.id);
          else this.chosen.delete(one.id);
          this.requestUpdate();
        },
      })}
      <div class="actions"><button class="main" type="submit">${text("enrolMake")}</button></div>
    </form>`;
  }

  private code(made: EnrolCode): unknown {
    const left = this.left;
    const time = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    if (this.isHere) return html`<p class="devices-here" role="status">${text("enrolHere", { name: this.name })}</p>`;
    return html`<div class="devices-code ${left ? "" : "over"}">
        <p>${text("enrolScan")}</p>
        <svg viewBox="0 0 ${made.drawn.size} ${made.drawn.size}" role="img" aria-label=${text("qr")} shape-rendering="crispEdges">
          ${svg`<path class="paper" d="M0 0h${made.drawn.size}v${made.drawn.size}h-${made.drawn.size}z" /><path d=${made.drawn.path} />`}
        </svg>
        <p>${text("enrolType")} <code class="devices-typed">${made.code}</code></p>
        <p class="muted small">${text("enrolServer")}: <code>${new URL(made.link).searchParams.get("url")}</code></p>
      </div>
      <p class="devices-left ${left < 60 ? "short" : ""}">${left ? text("enrolLeft", { time }) : text("enrolOver")}</p>
      ${left ? html`<p class="muted" role="status">${text("enrolWait")}</p>` : nothing}
      <div class="actions"><button type="button" @click=${this.make}>${text("enrolNew")}</button></div>`;
  }
}
