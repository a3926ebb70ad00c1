/** Points on the map of a site: a picture whose edges are known in degrees. */

import { html, svg, type TemplateResult } from "lit";
import { api, data } from "../core/api";
import type { MapView } from "../generated/api";

export interface Point {
  latitude: number;
  longitude: number;
}

const known = new Map<string, MapView | null>();
const asked = new Map<string, Promise<void>>();

/** The map of a site as far as it was loaded. */
export function mapOf(site: string): MapView | null {
  return known.get(site) ?? null;
}

/** Whether it is known what map a site has, or that it has none. */
export function isMapKnown(site: string): boolean {
  return known.has(site);
}

/** Ask for the map of a site, once; without one, `mapOf` stays null. */
export async function loadMap(site: string): Promise<void> {
  if (known.has(site)) return;
  const asking = asked.get(site) ?? ask(site).finally(() => asked.delete(site));
  asked.set(site, asking);
  await asking;
}

async function ask(site: string): Promise<void> {
  const found: MapView | null = await data(api.GET("/api/v1/sites/{site}/map", { params: { path: { site } } }));
  known.set(site, found);
}

/** What a site's map is from now on: it was set, or taken away (null). */
export function learnMap(site: string, map: MapView | null): void {
  known.set(site, map);
}

/** Where a point lies on a map, in shares of its width and height from the upper left. */
export function placed({ edges }: MapView, { latitude, longitude }: Point): { x: number; y: number } {
  return {
    x: (longitude - edges.west) / (edges.east - edges.west),
    y: (edges.north - latitude) / (edges.north - edges.south),
  };
}

export function isOn(map: MapView, point: Point): boolean {
  const { x, y } = placed(map, point);
  return x >= 0 && x <= 1 && y >= 0 && y <= 1;
}

/** The map with its points; the first one is what it is about. */
export function mapWith(map: MapView, points: Point[], label: string): TemplateResult {
  const circles = points.filter((one) => isOn(map, one)).map((one) => placed(map, one));
  return html`<figure class="site-map">
    <img src=${map.picture} alt=${label} />
    <svg viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">
      ${circles.toReversed().map((one, at) => dot(one, at === circles.length - 1))}
    </svg>
  </figure>`;
}

/** A line of no length with round ends is a dot that stays round however the map is stretched. */
function dot({ x, y }: { x: number; y: number }, isHere: boolean): TemplateResult {
  return svg`<path d="M${(100 * x).toFixed(2)} ${(100 * y).toFixed(2)}h0.001" class=${isHere ? "here" : "other"} vector-effect="non-scaling-stroke" />`;
}
