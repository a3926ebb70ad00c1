/** One photo large: zoom, pan, rotate, and the same item's photo before, under a slider. */

import { html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { day, ago } from "../../core/format";
import { titled } from "../../core/language";
import { Part } from "../../core/page";
import { styled } from "../../core/styled";
import { photoUrl } from "../../parts/photo";
import type { Ahead } from "./ahead";
import { Look } from "./look";
import { outcomeText, text } from "./texts";
import { isOwed, type Stop } from "./walk";

@customElement("fo-stage")
export class Stage extends Part {
  @property({ attribute: false }) stop!: Stop;
  @property({ attribute: false }) ahead!: Ahead;
  /** Whether it may be compared: the key and the button switch it. */
  @property({ type: Boolean }) comparing = false;
  @state() private share = 50;
  readonly look = new Look();
  private drag: { x: number; y: number } | null = null;
  private shownId = "";

  protected override willUpdate(): void {
    if (this.stop.shot.id === this.shownId) return;
    this.shownId = this.stop.shot.id;
    this.share = 50;
    this.look.reset();
  }

  /** Change how it is looked at. */
  view(change: (look: Look) => void): void {
    change(this.look);
    this.requestUpdate();
  }

  private readonly wheel = (event: WheelEvent): void => {
    event.preventDefault();
    this.view((look) => (event.deltaY < 0 ? look.nearer() : look.farther()));
  };

  private readonly grab = (event: PointerEvent): void => {
    if (!this.look.isNear || (event.target as Element).closest("input, button")) return;
    this.drag = { x: event.clientX, y: event.clientY };
    (event.currentTarget as Element).setPointerCapture(event.pointerId);
  };

  private readonly move = (event: PointerEvent): void => {
    const { drag } = this;
    if (!drag) return;
    this.view((look) => look.pan(event.clientX - drag.x, event.clientY - drag.y));
    this.drag = { x: event.clientX, y: event.clientY };
  };

  private readonly drop = (): void => {
    this.drag = null;
  };

  override render(): unknown {
    const { shot } = this.stop;
    const isReady = shot.shown === "ready";
    return html`<div class="review-stage ${this.look.isNear ? "near" : ""}" @wheel=${this.wheel} @pointerdown=${this.grab}
        @pointermove=${this.move} @pointerup=${this.drop} @pointercancel=${this.drop}>
        ${isReady ? this.photo() : this.instead()}
      </div>
      ${this.comparing && shot.before ? this.slider() : nothing}`;
  }

  private photo(): unknown {
    const { line, shot } = this.stop;
    const image = this.ahead.image(shot.sha256);
    const isDecoded = this.ahead.isDecoded(shot.sha256);
    if (image) image.alt = text("photoOf", { item: titled(line.titles), outcome: outcomeText(line.outcome) });
    const turned = styled({ transform: this.look.transform });
    // The thumbnail stands in for a photo that is still on its way.
    return html`<div class="review-turned" ${turned} data-photo=${shot.id} data-decoded=${isDecoded}>
        ${isDecoded ? nothing : html`<img class="review-thumb" src=${photoUrl(shot.sha256, "thumb")} alt="" />`}
        ${image}
        ${this.comparing && shot.before ? this.earlier(shot.before.sha256) : nothing}
      </div>`;
  }

  private earlier(sha256: string): unknown {
    const clip = styled({ clipPath: `inset(0 ${100 - this.share}% 0 0)` });
    const line = styled({ left: `${this.share}%` });
    return html`<img class="review-before" ${clip} src=${photoUrl(sha256, "view")} alt=${this.beforeText()} />
      <span class="review-divide" ${line}></span>`;
  }

  private beforeText(): string {
    return text("before", { day: day(this.stop.shot.before?.day) });
  }

  private slider(): unknown {
    return html`<label class="review-slider"><span>${this.beforeText()}</span>
      <input type="range" min="0" max="100" step="2" aria-label=${text("slider")} .value=${String(this.share)}
        @input=${(event: Event) => (this.share = Number((event.target as HTMLInputElement).value))} />
      <span>${text("now")}</span></label>`;
  }

  /** What stands in place of a photo that cannot be shown. */
  private instead(): unknown {
    const { shot } = this.stop;
    if (shot.waived) return html`<p class="review-instead">${text("waived", { why: shot.waived })}</p>`;
    const why = shot.shown === "ready" ? "pending" : shot.shown;
    return html`<div class="review-instead" role="img" aria-label=${text(why)}>
      <strong>${text(why)}</strong>
      ${isOwed(shot) ? html`<p>${text("owedHere")}</p><p class="muted">${text("taken")}: ${ago(shot.taken)}</p>` : nothing}
    </div>`;
  }
}
