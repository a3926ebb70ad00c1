/** A photo's thumbnail, or what stands in its place while it has not arrived. */

import { html, type TemplateResult } from "lit";
import { texts } from "../core/language";

const text = texts({
  "zh-CN": { owed: "照片未到达", broken: "无法显示" },
  en: { owed: "Photo not here yet", broken: "Cannot be shown" },
});

export type PhotoKind = "thumb" | "view";

/** Where a derivative is; it never changes, so that browsers keep it. */
export function photoUrl(sha256: string, kind: PhotoKind): string {
  return `/api/v1/photos/${sha256}/${kind}`;
}

/** `alt` says what is on it: the item, and its result. */
export function thumbnail(sha256: string | null, alt: string, isStored: boolean): TemplateResult {
  if (!sha256 || !isStored) {
    return html`<span class="thumb owed" role="img" aria-label=${alt ? `${alt}: ${text("owed")}` : text("owed")}><span>${text("owed")}</span></span>`;
  }
  return html`<img class="thumb" src=${photoUrl(sha256, "thumb")} alt=${alt} loading="lazy" decoding="async" width="160" height="120" />`;
}

export { text as photoText };
