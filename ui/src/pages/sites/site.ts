/** The map of one site: shown with its edges, set, replaced, taken away. */

import { html, nothing, type PropertyValues } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { api, data } from "../../core/api";
import { now } from "../../core/clock";
import { instant, number } from "../../core/format";
import { Keys } from "../../core/keys";
import { Part } from "../../core/page";
import { person } from "../../core/session";
import type { MapView } from "../../generated/api";
import { Ask } from "../../parts/ask";
import { learnMap, mapOf } from "../../parts/map";
import { say } from "../../parts/toast";
import { trouble } from "../../parts/told";
import { addressOf, base64Of, edgesFault, edgesOf, extent, fileFault, SIDES, type Typed } from "./picture";
import type { Site } from "./sites";
import { text } from "./texts";

const EMPTY: Typed = { west: "", east: "", south: "", north: "" };

@customElement("fo-site-map")
export class SiteMap extends Part {
  @property({ attribute: false }) site!: Site;
  @state() private typed: Typed = EMPTY;
  /** The chosen picture as a `data:` address; empty before one is chosen. */
  @state() private chosen = "";
  @state() private fault = "";
  @state() private error: unknown = null;
  @state() private isBusy = false;
  private readonly asking = new Ask(this);
  readonly keyboard = new Keys(this, () =>
    this.maySet ? [{ keys: ["m"], told: () => text("toFile"), run: () => this.querySelector<HTMLInputElement>("input[type=file]")?.focus() }] : [],
  );

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("site") && changed.get("site")?.id !== this.site.id) this.begin();
  }

  private begin(): void {
    const edges = mapOf(this.site.id)?.edges;
    this.typed = edges ? (Object.fromEntries(SIDES.map((one) => [one, String(edges[one])])) as Typed) : EMPTY;
    this.chosen = this.fault = "";
    this.error = null;
    const file = this.querySelector<HTMLInputElement>("input[type=file]");
    if (file) file.value = "";
  }

  private get maySet(): boolean {
    return person().grants.some(
      ({ role, sites, expires_ms }) =>
        (role === "ops" || role === "administrator") && (sites === null || sites.includes(this.site.id)) && (expires_ms === null || expires_ms > now()),
    );
  }

  private async choose(event: Event): Promise<void> {
    const file = (event.target as HTMLInputElement).files?.[0];
    this.fault = file ? fileFault(file) : "";
    this.chosen = file && !this.fault ? await addressOf(file) : "";
  }

  private async send(event: Event): Promise<void> {
    event.preventDefault();
    const { id, name } = this.site;
    const before = mapOf(id);
    this.fault = this.chosen || before ? edgesFault(this.typed) : text("noPicture");
    if (this.fault || this.isBusy) return;
    this.isBusy = true;
    this.error = null;
    try {
      const picture = base64Of(this.chosen || (await present(before)));
      const body = { picture, edges: edgesOf(this.typed) };
      learnMap(id, await data(api.PUT("/api/v1/sites/{site}/map", { params: { path: { site: id } }, body })));
      this.settled(id, text("done", { name }));
    } catch (error) {
      this.error = error;
    } finally {
      this.isBusy = false;
    }
  }

  private settled(site: string, told: string): void {
    say(told);
    // Somebody may have gone on to another site, and begun there.
    if (site === this.site.id) this.begin();
    this.dispatchEvent(new Event("changed"));
    this.requestUpdate();
  }

  private drop(): void {
    const { id, name } = this.site;
    this.asking.open({
      title: () => text("dropTitle", { name }),
      body: () => html`<p>${text("dropTold")}</p>`,
      act: () => text("drop"),
      isBad: true,
      run: async () => {
        await data(api.DELETE("/api/v1/sites/{site}/map", { params: { path: { site: id } } }));
        learnMap(id, null);
        this.settled(id, text("dropped", { name }));
      },
    });
  }

  override render(): unknown {
    const { name } = this.site;
    const map = mapOf(this.site.id);
    return html`<section class="card" aria-label=${text("mapOf", { name })}>
      <div class="split"><h2>${text("mapOf", { name })}</h2>
        ${map && this.maySet ? html`<button type="button" class="bad" @click=${() => this.drop()}>${text("drop")}</button>` : nothing}</div>
      ${this.picture(map)} ${this.maySet ? this.form(map) : nothing}
    </section>
    ${this.asking.render()}`;
  }

  private picture(map: MapView | null): unknown {
    if (this.chosen) return html`<figure class="sites-picture"><img src=${this.chosen} alt=${text("preview")} /><figcaption>${text("preview")}</figcaption></figure>`;
    if (!map) return html`<p class="muted">${text("noMap")}</p>`;
    return html`<figure class="sites-picture">
      <img src=${map.picture} alt=${text("mapOf", { name: this.site.name })} />
      <figcaption>${SIDES.map((one) => html`<span>${text(one)} <b class="number">${map.edges[one]}</b></span>`)}
        <span>${told(map.edges)}</span><span>${text("setAt", { when: instant(map.set_ms) })}</span></figcaption>
    </figure>`;
  }

  private form(map: MapView | null): unknown {
    return html`<form @submit=${(event: Event) => void this.send(event)} novalidate>
      <div class="filters">
        <label class="button">${text("pick")}<input class="hidden" type="file" accept="image/jpeg,image/png" aria-describedby="sites-pick" @change=${(event: Event) => void this.choose(event)} /></label>
        <small id="sites-pick" class="muted">${text("picture")}${map ? html`<br />${text("keepPicture")}` : nothing}</small>
      </div>
      <fieldset class="sites-edges"><legend>${text("edges")}</legend>
        ${SIDES.map((one) => html`<label class="field"><span>${text(one)}</span>
          <input name=${one} inputmode="decimal" autocomplete="off" aria-describedby="sites-degrees" .value=${this.typed[one]}
            @input=${(event: Event) => (this.typed = { ...this.typed, [one]: (event.target as HTMLInputElement).value })} /></label>`)}
        <p id="sites-degrees" class="muted small">${text("degrees")} ${edgesFault(this.typed) ? nothing : html`<b>${told(edgesOf(this.typed))}</b>`}</p>
      </fieldset>
      ${this.fault ? html`<p class="trouble" role="alert">${this.fault}</p>` : nothing} ${this.error ? trouble(this.error) : nothing}
      <button class="main" ?disabled=${this.isBusy}>${text(this.isBusy ? "sending" : map ? "replace" : "set")}</button>
    </form>`;
  }
}

/** The picture that the server has, to be sent with other edges. */
async function present(map: MapView | null): Promise<string> {
  const answer = await fetch(map?.picture ?? "");
  if (!answer.ok) throw new Error(`${answer.status} of the present picture`);
  return addressOf(await answer.blob());
}

function told(edges: MapView["edges"]): string {
  const { wide, high } = extent(edges);
  return text("extent", { wide: number(wide, 0), high: number(high, 0) });
}
