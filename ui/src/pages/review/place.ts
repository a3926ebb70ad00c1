/** Where a photo was taken: on the site's map if there is one, and as coordinates. */

import { html, nothing, svg, type TemplateResult } from "lit";
import { number } from "../../core/format";
import type { Reviewed, Shot } from "../../generated/api";
import { isOn, mapOf, mapWith, type Point as Where } from "../../parts/map";
import { text } from "./texts";
import { stopsOf, type Stop } from "./walk";

const WIDTH = 320;
const HEIGHT = 160;
const EDGE = 16;
/** A walk that stayed within so many metres is not blown up: it would show how GPS errs. */
const LEAST_M = 40;
const METRES_A_DEGREE = 111_320;

interface Point {
  x: number;
  y: number;
}

export function place(walk: Reviewed, { shot }: Stop): TemplateResult {
  const { picture } = shot;
  return html`<section><h3>${text("place")}</h3>
    ${shot.latitude === null || shot.longitude === null
      ? html`<p class="muted small">${text("noPlace")}</p>`
      : html`<p class="small number">${shot.latitude}, ${shot.longitude}
            ${shot.accuracy_m ? html`<span class="muted">${text("accuracy", { m: number(shot.accuracy_m) })}</span>` : nothing}</p>
          ${onMap(walk, shot)}`}
    ${picture?.latitude ? html`<p class="small muted number">${text("cameraPlace")}: ${picture.latitude}, ${picture.longitude}</p>` : nothing}
  </section>`;
}

/** On the map of the site, if there is one that reaches there; else as the photos lie to each other. */
function onMap(walk: Reviewed, shot: Shot): unknown {
  const map = mapOf(walk.inspection.site);
  const here = where(shot);
  if (!map || !isOn(map, here)) return sketch(walk, shot);
  return mapWith(map, [here, ...othersOf(walk, shot).map(where)], text("onPlan"));
}

function where(shot: Shot): Where {
  return { latitude: Number(shot.latitude), longitude: Number(shot.longitude) };
}

function othersOf(walk: Reviewed, shot: Shot): Shot[] {
  return stopsOf(walk)
    .map((one) => one.shot)
    .filter((one) => one.latitude !== null && one.longitude !== null && one.id !== shot.id);
}

/** The photos of the walk as they lie to each other, north above; this one is marked. */
function sketch(walk: Reviewed, shot: Shot): unknown {
  const points = [shot, ...othersOf(walk, shot)].map(metres);
  const [here, ...rest] = fitted(points);
  if (!here) return nothing;
  return html`<svg class="review-sketch" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label=${text("onPlan")}>
    ${rest.map((one) => svg`<circle cx=${one.x} cy=${one.y} r="3" class="other" />`)}
    <circle cx=${here.x} cy=${here.y} r="6" class="here" />
  </svg>`;
}

/** Metres east and north of nowhere in particular; good enough within one site. */
function metres(shot: Shot): Point {
  const latitude = Number(shot.latitude);
  const squeeze = Math.cos((latitude * Math.PI) / 180);
  return { x: Number(shot.longitude) * METRES_A_DEGREE * squeeze, y: -latitude * METRES_A_DEGREE };
}

function fitted(points: Point[]): Point[] {
  const [xs, ys] = [points.map((one) => one.x), points.map((one) => one.y)];
  const middle = (of: number[]): number => (Math.min(...of) + Math.max(...of)) / 2;
  const width = Math.max(LEAST_M, Math.max(...xs) - Math.min(...xs));
  const height = Math.max(LEAST_M / 2, Math.max(...ys) - Math.min(...ys));
  const scale = Math.min((WIDTH - 2 * EDGE) / width, (HEIGHT - 2 * EDGE) / height);
  const [midX, midY] = [middle(xs), middle(ys)];
  return points.map((one) => ({ x: WIDTH / 2 + (one.x - midX) * scale, y: HEIGHT / 2 + (one.y - midY) * scale }));
}
