/** A walk under review: its wall of photos, or one of them large; wholly by keyboard. */

import { html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { api, data } from "../../core/api";
import { number } from "../../core/format";
import { Keys, type Key } from "../../core/keys";
import { titled } from "../../core/language";
import { Live } from "../../core/live";
import { loadNames, nameOf } from "../../core/names";
import { Page } from "../../core/page";
import { go, setQuery } from "../../core/router";
import { has } from "../../core/session";
import type { Reviewed } from "../../generated/api";
import { loadMap } from "../../parts/map";
import { attempt, complain, say } from "../../parts/toast";
import { trouble, waiting } from "../../parts/told";
import { Ahead, AHEAD, BEHIND } from "./ahead";
import type { Because } from "./because";
import { decide, doneText, putBack, Steps, type Step, type Verdict } from "./decisions";
import { largeKeys, wallKeys } from "./keys";
import { large } from "./large";
import { Neighbours } from "./neighbours";
import type { Raise } from "./raise";
import "./raise";
import type { Stage } from "./stage";
import "./stage";
import type { WalkSteps } from "./steps";
import "./steps";
import { stateText, stateTone, text } from "./texts";
import { isDecidable, isNotable, isOwed, progress, stopsOf, withShots, type Stop } from "./walk";
import { wall } from "./wall";
import "../../styles/review.css";

@customElement("fo-inspection")
export class Inspection extends Page {
  @state() walk: Reviewed | null = null;
  @state() isComparing = false;
  @state() private error: unknown = null;
  /** The photo that is chosen on the wall, or shown large. */
  @state() private chosen = "";
  readonly ahead = new Ahead(() => this.querySelector<Stage>("fo-stage")?.requestUpdate());
  readonly neighbours = new Neighbours(this);
  private readonly steps = new Steps();
  /** What was decided here and is on its way: news of it is no news. */
  private readonly mine = new Set<string>();
  /** Decisions arrive in the order in which they were made, an undo behind what it takes back. */
  private sending: Promise<unknown> = Promise.resolve();
  private made = 0;
  private underWay = 0;

  readonly keyboard = new Keys(this, (): Key[] => (this.isLarge ? largeKeys(this) : wallKeys(this)));
  readonly live = new Live(
    this,
    ["inspection", "photo", "result", "finding"],
    () => void this.load(),
    (change) => (change.inspection ?? change.subject) === this.id_ && !this.mine.delete(change.subject),
  );

  override heading(): string {
    return this.walk ? `${nameOf(this.walk.inspection.site)} · ${titled(this.walk.checklist)}` : text("review");
  }

  get id_(): string {
    return this.params["id"] ?? "";
  }

  get isLarge(): boolean {
    return this.query.has("photo");
  }

  get stops(): Stop[] {
    return this.walk ? stopsOf(this.walk) : [];
  }

  get at(): number {
    return Math.max(0, this.stops.findIndex((one) => one.shot.id === this.chosen));
  }

  get stop(): Stop | null {
    return this.stops[this.at] ?? null;
  }

  get stage(): Stage | null {
    return this.querySelector<Stage>("fo-stage");
  }

  get walkSteps(): WalkSteps {
    return this.querySelector("fo-walk-steps") as WalkSteps;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.chosen = this.query.get("photo") ?? "";
    window.addEventListener("beforeunload", this.stay);
    void this.load();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.removeEventListener("beforeunload", this.stay);
    this.ahead.clear();
  }

  /** The browser asks before a page goes whose decisions are still on their way. */
  private readonly stay = (event: Event): void => {
    if (this.underWay) event.preventDefault();
  };

  override onQuery(): void {
    const photo = this.query.get("photo");
    if (photo) this.chosen = photo;
    this.prefetch();
    this.requestUpdate();
  }

  /** Ask anew; what is shown stays until then. */
  async load(): Promise<void> {
    try {
      const [walk] = await Promise.all([this.neighbours.take(this.id_), loadNames()]);
      this.walk = walk ?? (await this.latest());
      this.error = null;
      this.chosen ||= this.stops[0]?.shot.id ?? "";
      this.prefetch();
      void this.neighbours.find(this.id_, location.search);
      // Without the map a place is told by its coordinates.
      void loadMap(this.walk.inspection.site).then(() => this.requestUpdate(), () => undefined);
    } catch (error) {
      // What is on the page stays, whatever became of asking anew.
      if (this.walk) complain(error);
      else this.error = error;
    }
  }

  /** The walk behind all that was decided here: an answer from before would take decisions off the page. */
  private async latest(): Promise<Reviewed> {
    for (;;) {
      await this.sending;
      const { made } = this;
      const walk = await data(api.GET("/api/v1/review/{inspection}", { params: { path: { inspection: this.id_ } } }));
      if (made === this.made) return walk;
    }
  }

  /** Hold the photos around the one that is looked at, and the first of the next walk. */
  private prefetch(): void {
    const photos = this.stops.map((one) => (one.shot.shown === "ready" ? one.shot.sha256 : ""));
    const here = this.at;
    const on = [...photos.slice(here, here + 1 + AHEAD), ...this.neighbours.firstPhotos];
    const back = photos.slice(Math.max(0, here - BEHIND), here);
    this.ahead.want([...on.slice(0, 1 + AHEAD), ...back].filter(Boolean));
  }

  /** Show a photo large. */
  readonly open = (photo: string): void => {
    this.chosen = photo;
    setQuery({ photo });
  };

  close(): void {
    setQuery({ photo: null });
    void this.updateComplete.then(() => this.focusTile());
  }

  choose(at: number): void {
    const stop = this.stops[at];
    if (!stop) return;
    this.chosen = stop.shot.id;
    if (this.isLarge) setQuery({ photo: stop.shot.id });
    else {
      this.prefetch();
      void this.updateComplete.then(() => this.focusTile());
    }
  }

  private focusTile(): void {
    const tile = this.querySelector<HTMLElement>(`[data-photo="${CSS.escape(this.chosen)}"]`);
    tile?.focus();
    tile?.scrollIntoView({ block: "nearest" });
  }

  /** The next photo; behind the last one, the wall with what is left to do. */
  next(): void {
    if (this.at < this.stops.length - 1) this.choose(this.at + 1);
    else if (this.isLarge) this.close();
  }

  previous(): void {
    this.choose(this.at - 1);
  }

  /** The next photo that somebody should look at, from the beginning again behind the last. */
  nextNotable(): void {
    const { stops, at } = this;
    const found = [...stops.slice(at + 1), ...stops.slice(0, at)].find(isNotable);
    if (found) this.open(found.shot.id);
  }

  goTo(inspection: string | null): void {
    if (!inspection) return say(text("lastWalk"));
    const query = this.query;
    query.delete("photo");
    const rest = query.toString();
    go(`/inspections/${inspection}${rest ? `?${rest}` : ""}`);
  }

  toQueue(): void {
    const query = this.query;
    query.delete("photo");
    go(`/review${query.toString() ? `?${query}` : ""}`);
  }

  /** Whether the person may decide on the photo that is shown. */
  get mayDecide(): boolean {
    return has("supervisor") && !!this.stop && isDecidable(this.stop.shot) && this.walk?.inspection.state !== "draft";
  }

  decide(verdict: Verdict, note = "", stop = this.stop): void {
    if (!stop || !this.mayDecide) return;
    const step = this.steps.did(doneText(verdict), verdict, [stop.shot]);
    const was = (stop.shot.verdict || null) as Verdict | null;
    this.put([stop.shot.id], verdict, note);
    void this.send(step, titled(stop.line.titles), () => decide(this.id_, [stop.shot.id], was, verdict, note));
    if (this.isLarge) this.next();
  }

  ask(verdict: "returned" | "retake"): void {
    const picks = verdict === "retake" ? ["blurred", "dark", "far", "wrong", "notShown"] : ["notShown", "doubt", "wrong"];
    const title = text(verdict === "retake" ? "whyRetake" : "whyReturn");
    const words = picks.map((one) => text(one as "blurred"));
    // The reason is about the photo that was asked about, whatever the page has loaded since.
    const { stop } = this;
    if (this.mayDecide) this.because.ask(title, words, (reason) => this.decide(verdict, reason, stop));
  }

  private get because(): Because {
    return this.querySelector<Because>("fo-inspection > fo-because") as Because;
  }

  readonly bulk = (event: CustomEvent<Stop[]>): void => {
    const shots = event.detail.map((one) => one.shot);
    const step = this.steps.did(text("didBulk", { n: shots.length }), "approved", shots);
    const ids = shots.map((one) => one.id);
    this.put(ids, "approved", "");
    void this.send(step, "", () => decide(this.id_, ids, null, "approved"));
  };

  /** Show verdicts at once; the server is asked behind that. */
  private put(ids: string[], verdict: string, note: string): void {
    this.made += 1;
    for (const id of ids) this.mine.add(id);
    if (this.walk) this.walk = withShots(this.walk, new Map(ids.map((id) => [id, { verdict, review_note: note }])));
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    this.underWay += 1;
    const done = this.sending.then(work).finally(() => (this.underWay -= 1));
    this.sending = done.catch(() => undefined);
    return done;
  }

  private async send(step: Step, what: string, work: () => Promise<void>): Promise<void> {
    try {
      await this.inTurn(work);
      say(step.told, () => void this.undo(step));
    } catch (error) {
      this.steps.forget(step);
      this.back(step);
      complain(error, what);
      await this.load();
    }
  }

  /** Show what a step has found again, until it is known what stands. */
  private back(step: Step): void {
    this.made += 1;
    const before = new Map(step.befores.map((one) => [one.id, { verdict: one.verdict, review_note: one.note }]));
    for (const id of before.keys()) this.mine.delete(id);
    if (this.walk) this.walk = withShots(this.walk, before);
  }

  async undo(which?: Step): Promise<void> {
    const step = this.steps.take(which);
    if (!step || !this.walk) return say(text("nothingToUndo"));
    this.back(step);
    for (const one of step.befores) this.mine.add(one.id);
    const [first] = step.befores;
    if (first) this.choose(this.stops.findIndex((one) => one.shot.id === first.id));
    const done = await attempt(this.inTurn(() => (step.isRefused ? Promise.resolve() : putBack(this.id_, step)).then(() => true)));
    if (done === null) {
      for (const one of step.befores) this.mine.delete(one.id);
      return this.load();
    }
    say(text("undone"));
  }

  raise(): void {
    if (this.walk && this.stop && has("supervisor")) this.querySelector<Raise>("fo-raise")?.ask(this.walk, this.stop);
  }

  waive(): void {
    const { stop } = this;
    if (!stop || !isOwed(stop.shot) || !has("supervisor")) return;
    this.because.ask(text("whyWaive"), [], (reason) => void this.waived(stop.shot.id, reason));
  }

  private async waived(record: string, reason: string): Promise<void> {
    const params = { path: { record } };
    if (!(await attempt(data(api.POST("/api/v1/records/{record}/waive", { params, body: { reason } }))))) return;
    say(text("didWaive"));
    await this.load();
  }

  override render(): unknown {
    if (this.error) return html`<h1>${text("review")}</h1>${trouble(this.error, () => void this.load())}`;
    if (!this.walk) return html`<h1>${text("review")}</h1>${waiting()}`;
    const { stop } = this;
    return html`${this.isLarge && stop ? large(this, this.walk, stop) : this.overview(this.walk)}
      <fo-because></fo-because>
      <fo-raise @raised=${() => void this.load()}></fo-raise>`;
  }

  private overview(walk: Reviewed): unknown {
    const { done, all } = progress(this.stops);
    const owed = walk.photos_announced - walk.photos_stored;
    const { area } = walk.inspection.body as { area?: string };
    const back = html`<p class="small"><a href="/review${location.search}">← ${text("toQueue")}</a></p>`;
    return html`${has("supervisor") ? back : nothing}
      <div class="split">
        <h1>${nameOf(walk.inspection.site)}${area ? html` <span class="muted">${nameOf(area)}</span>` : nothing}</h1>
        <div class="actions review-hop">
          <button type="button" ?disabled=${!this.neighbours.previous} @click=${() => this.goTo(this.neighbours.previous)}>${text("previousWalk")} <kbd>[</kbd></button>
          <button type="button" ?disabled=${!this.neighbours.next} @click=${() => this.goTo(this.neighbours.next)}>${text("nextWalk")} <kbd>]</kbd></button>
        </div>
      </div>
      <div class="card review-head">
        <p><strong>${titled(walk.checklist)}</strong> <span class="muted small">${text("version", { v: walk.version })} · ${walk.date} · ${walk.inspector}</span></p>
        <p><span class="badge ${stateTone(walk.inspection.state)}">${stateText(walk.inspection.state)}</span>
          ${walk.score ? html`<span class="badge">${text("score")} ${number(walk.score)}</span>` : nothing}
          <span class="badge ${all && done === all ? "good" : ""}" role="status">${text("decided", { done, all })}</span>
          ${owed > 0 ? html`<span class="badge warn">${text("owed", { n: owed })}</span>` : nothing}
          ${walk.unqualified ? html`<span class="badge warn">${text("unqualified")}</span>` : nothing}</p>
        <fo-walk-steps .walk=${walk} @changed=${() => void this.load()} @bulk=${this.bulk}></fo-walk-steps>
      </div>
      ${wall(walk, this.chosen, this.open)}`;
  }
}
