/** One finding: what it is, where it stands, what may be done now, and everything that happened. */

import { Task } from "@lit/task";
import { html, nothing } from "lit";
import { customElement } from "lit/decorators.js";
import { api, data, Refused } from "../../core/api";
import { instant } from "../../core/format";
import { Keys } from "../../core/keys";
import { Live } from "../../core/live";
import { colleagues, loadNames, nameOf } from "../../core/names";
import { Page } from "../../core/page";
import { go } from "../../core/router";
import type { FindingView, StepView, View } from "../../generated/api";
import { Asking } from "../../parts/asking";
import { complain, say } from "../../parts/toast";
import { shown } from "../../parts/told";
import "../../styles/findings.css";
import { bodyOf, deadlineTold, nameOfFinding, ownerOf, severityBadge, stateBadge } from "./body";
import { place, repeated } from "./cards";
import { photosOf, rectifications, wall, type Photos } from "./photos";
import { questionOf, stepsOf, type Step } from "./steps";
import { story } from "./story";
import { text } from "./texts";

interface Whole {
  view: FindingView;
  steps: StepView[];
  photos: Photos;
}

@customElement("fo-finding")
export class Finding extends Page {
  private readonly asking = new Asking(this);
  private readonly task = new Task(this, { args: () => [this.params["id"] ?? ""] as const, task: ([id]) => this.load(id) });
  readonly live = new Live(this, ["finding", "note"], () => void this.task.run());
  readonly keyboard = new Keys(this, () => [
    ...this.steps().map((step) => ({ keys: [step.key], told: () => step.label, run: () => void this.ask(step) })),
    { keys: ["b"], told: () => text("k_back"), run: () => go("/findings") },
  ]);

  override heading(): string {
    return this.task.value ? nameOfFinding(bodyOf(this.task.value.view.listed)) : text("finding");
  }

  private async load(finding: string): Promise<Whole> {
    const params = { path: { finding } };
    const [view, history] = await Promise.all([
      data(api.GET("/api/v1/findings/{finding}", { params })),
      data(api.GET("/api/v1/findings/{finding}/history", { params })),
      loadNames(),
    ]);
    return { view, steps: history.steps, photos: await photosOf(view) };
  }

  private steps(): Step[] {
    return this.task.value ? stepsOf(this.task.value.view.listed) : [];
  }

  private async ask(step: Step): Promise<void> {
    const listed = this.task.value?.view.listed;
    if (!listed) return;
    try {
      const people = step.name === "assign" ? await colleagues(listed.finding.site) : [];
      const walkers = people.filter((one) => one.roles.some((role) => role === "inspector" || role === "supervisor"));
      const choices = { people: walkers.map((one) => ({ value: one.id, label: [one.name, one.post].filter(Boolean).join(" · ") })) };
      // What the dialog was opened on: the page goes on hearing what others do, its person has not read that.
      let read = listed;
      const question = questionOf(step, () => read, choices);
      const told = (): void => void (read = this.task.value?.view.listed ?? read);
      this.asking.ask({ ...question, run: (said) => question.run(said).then(() => this.done(), (error: unknown) => this.refused(error, told)) });
    } catch (error) {
      complain(error);
    }
  }

  private done(): void {
    say(text("said"));
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
    return html`${shown(this.task, (whole) => this.whole(whole))} ${this.task.value ? nothing : html`<h1 class="hidden">${text("finding")}</h1>`}
    ${this.asking.render()}`;
  }

  private whole({ view, steps, photos }: Whole): unknown {
    const { listed, notes } = view;
    const body = bodyOf(listed);
    return html`<p class="small"><a href="/findings">← ${text("back")}</a></p>
      <div class="findings-title">
        <h1>${nameOfFinding(body)}</h1>
        ${stateBadge(listed.finding.state)} ${severityBadge(body.severity)} ${repeated(listed)}
        ${body.deduction ? html`<span class="badge bad">${text("points", { n: body.deduction })}</span>` : nothing}
      </div>
      <div class="findings-page">
        <div>
          ${rectifications(view, photos)}
          <section class="card">
            <h2>${text("evidence")}</h2>
            ${photos.evidence.length ? wall(photos.evidence, nameOfFinding(body), photos) : html`<p class="muted">${text("noEvidence")}</p>`}
          </section>
          <section class="card"><h2>${text("story")}</h2>${story(steps)}</section>
          <section class="card"><h2>${text("notes")}</h2>${this.notes(notes, photos)}</section>
        </div>
        <aside>${this.now(listed.finding.state)} ${this.facts(view)}</aside>
      </div>`;
  }

  private now(state: string): unknown {
    const steps = this.steps();
    const isOver = ["closed", "withdrawn", "voided"].includes(state);
    const why = isOver ? text("nothingNow") : steps.some((one) => one.isMain) ? "" : text("notYours");
    return html`<section class="card">
      <h2>${text("whatNow")}</h2>
      ${why ? html`<p class="muted">${why}</p>` : nothing}
      <div class="findings-steps">
        ${steps.map(
          (one) => html`<button type="button" class=${one.isMain ? "main" : ""} @click=${() => void this.ask(one)}>
            ${one.label} <kbd aria-hidden="true">${one.key}</kbd>
          </button>`,
        )}
      </div>
    </section>`;
  }

  private facts(view: FindingView): unknown {
    const { listed } = view;
    const body = bodyOf(listed);
    const figure = body.evidence?.["figure"];
    const row = (name: string, value: unknown): unknown => (value ? html`<dt>${name}</dt><dd>${value}</dd>` : nothing);
    return html`<section class="card">
      <dl class="pairs">
        ${row(text("owner"), ownerOf(body) || html`<span class="muted">${text("nobody")}</span>`)} ${row(text("deadline"), deadlineTold(listed))}
        ${row(text("site"), place(listed))} ${row(text("measured"), figure)} ${row(text("raised"), instant(listed.occurred_at))}
        ${row(text("x_report"), body.by ? nameOf(body.by) : "")}
        ${row(text("walk"), body.inspection ? html`<a href="/inspections/${body.inspection}">${text("toWalk")}</a>` : "")}
        ${row(text("prior"), body.repeat_of ? html`<a href="/findings/${body.repeat_of}">${text("toFinding")}</a>` : "")}
        ${row(text("about"), body.feedback ? html`<a href="/complaints/${body.feedback}">${text("toComplaint")}</a>` : "")}
      </dl>
    </section>`;
  }

  private notes(notes: View[], photos: Photos): unknown {
    if (!notes.length) return html`<p class="muted">${text("noNotes")}</p>`;
    return html`<ol class="findings-story">
      ${notes.map(
        (one) => html`<li>
          <span class="small muted">${instant(one.body["at"] as string)}<br />${nameOf(one.body["by"] as string)}</span>
          <div><p class="findings-words">${one.body["text"]}</p>${wall(one.body["photos"] as string[] | undefined, text("notes"), photos)}</div>
        </li>`,
      )}
    </ol>`;
  }
}
