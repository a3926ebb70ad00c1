/** One complaint: what was said, where its clocks stand, what may be done now, and what was done. */

import { Task } from "@lit/task";
import { html, nothing } from "lit";
import { customElement } from "lit/decorators.js";
import { api, data, Refused } from "../../core/api";
import { Keys } from "../../core/keys";
import { Live } from "../../core/live";
import { colleagues, loadNames, nameOf } from "../../core/names";
import { Page } from "../../core/page";
import { go } from "../../core/router";
import { person } from "../../core/session";
import { word } from "../../core/words";
import type { ComplaintView } from "../../generated/api";
import { Asking } from "../../parts/asking";
import { photoUrl, thumbnail } from "../../parts/photo";
import { complain, say } from "../../parts/toast";
import { shown } from "../../parts/told";
import "../../styles/complaints.css";
import { bodyOf, ownerTold, stateBadge, tierBadge } from "./body";
import "./contact";
import { clocks, story } from "./panels";
import { questionOf, stepsOf, type Step } from "./steps";
import { templatesFor } from "./templates";
import { text } from "./texts";

interface Whole {
  view: ComplaintView;
  ready: Set<string>;
}

@customElement("fo-complaint")
export class Complaint extends Page {
  private readonly asking = new Asking(this);
  private readonly task = new Task(this, { args: () => [this.params["id"] ?? ""] as const, task: ([id]) => this.load(id) });
  readonly live = new Live(this, ["feedback"], () => void this.task.run());
  readonly keyboard = new Keys(this, () => [
    ...this.steps().map((step) => ({ keys: [step.key], told: () => step.label, run: () => void this.ask(step) })),
    { keys: ["b"], told: () => text("k_back"), run: () => go("/complaints") },
  ]);

  override heading(): string {
    return text("complaint");
  }

  private async load(feedback: string): Promise<Whole> {
    const [view] = await Promise.all([data(api.GET("/api/v1/complaints/{feedback}", { params: { path: { feedback } } })), loadNames()]);
    const photos = (bodyOf(view).photos ?? []).map((sha256) => ({ sha256, kind: "thumb" as const }));
    if (!photos.length) return { view, ready: new Set() };
    const stand = await data(api.POST("/api/v1/photos/links", { body: { photos } }));
    return { view, ready: new Set(stand.links.filter((one) => one.state === "ready").map((one) => one.sha256)) };
  }

  private steps(): Step[] {
    return this.task.value ? stepsOf(this.task.value.view) : [];
  }

  private async ask(step: Step): Promise<void> {
    const view = this.task.value?.view;
    if (!view) return;
    try {
      const everyone = step.name === "hand-over" ? await colleagues(view.record.site) : [];
      const walkers = everyone.filter((one) => one.id !== person().id && one.roles.some((role) => role === "inspector" || role === "supervisor"));
      const templates = step.name === "answer" ? await templatesFor(view) : [];
      const choices = { people: walkers.map((one) => ({ value: one.id, label: [one.name, one.post].filter(Boolean).join(" · ") })), templates };
      // What the dialog was opened on: the page goes on hearing what others do, its person has not read that.
      let read = view;
      const question = questionOf(step, () => read, choices);
      const told = (): void => void (read = this.task.value?.view ?? read);
      this.asking.ask({ ...question, run: (said) => question.run(said).then(() => this.done(), (error: unknown) => this.refused(error, told)) });
    } catch (error) {
      complain(error);
    }
  }

  private done(): void {
    say(text("saved"));
    void this.task.run();
  }

  /** Somebody was faster: what is new is shown, and the next try is made on it. */
  private async refused(error: unknown, told: () => void): Promise<never> {
    if (error instanceof Refused && error.status === 412) {
      await this.task.run();
      told();
      throw new Refused({ ...error.problem, details: {}, detail: text("changed") }, error.status);
    }
    throw error;
  }

  override render(): unknown {
    return html`${shown(this.task, (whole) => this.whole(whole))} ${this.task.value ? nothing : html`<h1 class="hidden">${text("complaint")}</h1>`}
    ${this.asking.render()}`;
  }

  private whole({ view, ready }: Whole): unknown {
    const body = bodyOf(view);
    return html`<p class="small"><a href="/complaints">← ${text("back")}</a></p>
      <div class="complaints-title">
        <h1>${text("complaint")}${body.reference ? ` ${body.reference}` : ""}</h1>
        ${stateBadge(view.record.state)} ${tierBadge(view)}
        ${(view.overdue ?? []).map((one) => html`<span class="badge bad">${text(`c_${one}`)} · ${text("overdue")}</span>`)}
      </div>
      <div class="complaints-page">
        <div>
          <section class="card"><p class="complaints-said">${body.text || text("noText")}</p>${this.photos(body.photos ?? [], ready)}</section>
          <section class="card"><h2>${text("story")}</h2>${story(view)}</section>
        </div>
        <aside>${this.now(view)} ${clocks(view)} ${this.facts(view)}</aside>
      </div>`;
  }

  private photos(hashes: string[], ready: Set<string>): unknown {
    if (!hashes.length) return nothing;
    return html`<ul class="complaints-photos">
      ${hashes.map((one) => {
        const small = thumbnail(one, text("photos"), ready.has(one));
        return html`<li>${ready.has(one) ? html`<a href=${photoUrl(one, "view")} target="_blank" rel="noopener" title=${text("opened")}>${small}</a>` : small}</li>`;
      })}
    </ul>`;
  }

  private now(view: ComplaintView): unknown {
    const steps = this.steps();
    const why = view.record.state === "archived" ? text("over") : steps.length ? "" : text("notYours");
    return html`<section class="card">
      <h2>${text("whatNow")}</h2>
      ${this.handover(view)} ${why ? html`<p class="muted">${why}</p>` : nothing}
      <div class="complaints-steps">
        ${steps.map(
          (one) => html`<button type="button" class=${one.isMain ? "main" : ""} @click=${() => void this.ask(one)}>
            ${one.label} <kbd aria-hidden="true">${one.key}</kbd>
          </button>`,
        )}
      </div>
    </section>`;
  }

  private handover(view: ComplaintView): unknown {
    const handover = bodyOf(view).handover;
    if (!handover) return nothing;
    const to = handover.to ? nameOf(handover.to) : (handover.team ?? "");
    return html`<p class="complaints-handover"><strong>${text("handover", { to })}</strong><br /><span class="small">${text("handoverNote")}</span></p>`;
  }

  private facts(view: ComplaintView): unknown {
    const body = bodyOf(view);
    const clock = body.clock;
    const row = (name: string, value: unknown): unknown => (value ? html`<dt>${name}</dt><dd>${value}</dd>` : nothing);
    return html`<section class="card">
      <h2>${text("facts")}</h2>
      <dl class="pairs">
        ${row(text("owner"), ownerTold(view))} ${row(text("team"), clock?.team)} ${row(text("site"), nameOf(view.record.site))} ${row(text("area"), nameOf(body.area))}
        ${row(text("tier"), tierBadge(view))} ${row(text("suggestion"), body.suggestion ? word("tier", body.suggestion.tier) : "")}
        ${row(text("walk"), body.inspection ? html`<a href="/inspections/${body.inspection}">${text("toWalk")}</a>` : "")}
        ${row(text("c_follow-up"), clock?.follow_ups ? text("followUps", { n: clock.follow_ups }) : "")}
        ${row(text("satisfaction"), clock?.satisfaction ? `${clock.satisfaction} / 5` : "")}
        ${row(text("do_re-open"), clock?.reopened ? text("reopened", { n: clock.reopened }) : "")} ${row(text("cause"), body.archive?.cause)}
      </dl>
      <fo-contact .view=${view}></fo-contact>
    </section>`;
  }
}
