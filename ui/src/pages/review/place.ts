/** Where a photo was taken: on the site's plan if there is one, and as coordinates. */

import { html, nothing, svg, type TemplateResult } from "lit";
import { number } from "../../core/format";
import type { Reviewed, Shot } from "../../generated/api";
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
          ${sketch(walk, shot)}`}
    ${picture?.latitude ? html`<p class="small muted number">${text("cameraPlace")}: ${picture.latitude}, ${picture.longitude}</p>` : nothing}
  </section>`;
}

/** The photos of the walk as they lie to each other, north above; this one is marked. */
function sketch(walk: Reviewed, shot: Shot): unknown {
  const others = stopsOf(walk).filter((one) => one.shot.latitude !== null && one.shot.id !== shot.id);
  const points = [shot, ...others.map((one) => one.shot)].map(metres);
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
