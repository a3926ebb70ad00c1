/** Hot spots on the map of a site: the photos of what failed, gathered by place, and shown where one is chosen. */

import { html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { Task } from "@lit/task";
import { api, data } from "../../core/api";
import { language } from "../../core/language";
import { Part } from "../../core/page";
import { styled } from "../../core/styled";
import type { MapView, View } from "../../generated/api";
import { isOn, loadMap, mapOf, placed, type Point } from "../../parts/map";
import { thumbnail } from "../../parts/photo";
import { shown } from "../../parts/told";
import { bounds } from "./period";
import { text } from "./texts";

const LIMIT = 200;
/** More photos than these are not read for a picture. */
const MOST = 600;
const DAY_MS = 86_400_000;

/** Fields across the map. */
const ACROSS = 22;

interface Dot extends Point {
  photo: View;
  inspection: string;
  item: string;
  sha256: string;
}

interface Spot {
  x: number;
  y: number;
  dots: Dot[];
}

@customElement("fo-spots")
export class Spots extends Part {
  @property() site = "";
  @property() period = "";
  /** Whether an item failed on a walk, and what it is called. */
  @property({ attribute: false }) isFailed: (walk: string, item: string) => boolean = () => false;
  @property({ attribute: false }) nameOf: (item: string) => string = (item) => item;

  @state() private shape = 0.7;
  @state() private chosen: Dot[] = [];

  private readonly dots = new Task(this, {
    task: ([site, period]) => this.load(site, period),
    args: () => [this.site, this.period] as const,
  });

  private async load(site: string, period: string): Promise<View[]> {
    this.chosen = [];
    await loadMap(site);
    if (!mapOf(site)) return [];
    const { first, last } = bounds(period);
    const found: View[] = [];
    let cursor: string | null = "";
    while (cursor !== null && found.length < MOST) {
      const query = { site, since: first.getTime(), until: last.getTime() + DAY_MS, limit: LIMIT, cursor };
      const page: { items: View[]; cursor: string | null } = await data(api.GET("/api/v1/photos", { params: { query } }));
      found.push(...page.items);
      cursor = page.cursor;
    }
    return found;
  }

  override render(): unknown {
    return shown(this.dots, (photos) => {
      const map = mapOf(this.site);
      return map ? this.map(map, photos.flatMap((one) => this.dot(one) ?? [])) : nothing;
    });
  }

  private dot(one: View): Dot | null {
    const { latitude, longitude, item = "", sha256 = "" } = one.body as Record<string, string | undefined>;
    if (!latitude || !longitude || !one.inspection || one.state === "voided") return null;
    if (!this.isFailed(one.inspection, item)) return null;
    return { photo: one, inspection: one.inspection, item, sha256, latitude: Number(latitude), longitude: Number(longitude) };
  }

  private map(map: MapView, dots: Dot[]): unknown {
    const here = dots.filter((one) => isOn(map, one));
    const spots = gathered(map, here, Math.max(1, Math.round(ACROSS * this.shape)));
    return html`<p class="muted small">${text("mapTold", { n: here.length })}</p>
      <figure class="assess-map"><img src=${map.picture} alt=${text("map")} @load=${this.measure} />
        ${spots.map((one) => this.spot(one))}</figure>
      ${this.chosen.length ? html`<h3>${text("mapChosen", { n: this.chosen.length })}</h3><ul class="assess-photos">${this.chosen.map((one) => this.photo(one))}</ul>` : nothing}`;
  }

  private readonly measure = (event: Event): void => {
    const { naturalWidth, naturalHeight } = event.target as HTMLImageElement;
    this.shape = naturalHeight / naturalWidth || 1;
  };

  private spot({ x, y, dots }: Spot): unknown {
    const names = [...new Set(dots.map((one) => this.nameOf(one.item)))].join(language() === "en" ? ", " : "、");
    const told = text("onMap", { n: dots.length, items: names });
    return html`<button type="button" class="assess-spot assess-spot-${Math.min(4, Math.ceil(dots.length / 2))}" aria-label=${told} title=${told}
      aria-pressed=${this.chosen.length > 0 && this.chosen[0] === dots[0]} @click=${() => (this.chosen = dots)}
      ${styled({ left: `${100 * x}%`, top: `${100 * y}%` })}>${dots.length}</button>`;
  }

  private photo(one: Dot): unknown {
    const item = this.nameOf(one.item);
    return html`<li><a href="/inspections/${one.inspection}?photo=${one.photo.id}">
      ${thumbnail(one.sha256, text("photoOf", { item }), one.photo.state === "stored")}<span class="small">${item}</span></a></li>`;
  }
}

/** What lies together on the map: one spot a field of it, so that each can be hit with a finger. */
function gathered(map: MapView, dots: Dot[], down: number): Spot[] {
  const fields = new Map<string, Spot>();
  for (const one of dots) {
    const { x, y } = placed(map, one);
    const [column, row] = [Math.min(ACROSS - 1, Math.floor(x * ACROSS)), Math.min(down - 1, Math.floor(y * down))];
    const spot = fields.get(`${column}:${row}`) ?? { x: (column + 0.5) / ACROSS, y: (row + 0.5) / down, dots: [] };
    spot.dots.push(one);
    fields.set(`${column}:${row}`, spot);
  }
  return [...fields.values()];
}
