/** The photos of one line of the drill-down, each a way to the place where it is judged. */

import { html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { Task } from "@lit/task";
import { api, data } from "../../core/api";
import { instant } from "../../core/format";
import { Part } from "../../core/page";
import type { View } from "../../generated/api";
import { photoUrl, thumbnail } from "../../parts/photo";
import { shown } from "../../parts/told";
import { text } from "./texts";

const MOST = 24;
/** Of what a resident said on a walk: its photos are not about that. */
const FEW = 6;
/** A walk has 300 photos at most (domain, sizes): two pages. */
const LIMIT = 200;

@customElement("fo-behind-photos")
export class BehindPhotos extends Part {
  @property({ attribute: false }) inspection: string | null = null;
  /** Photos that the record itself cites: then only those. */
  @property({ attribute: false }) hashes: string[] = [];
  /** The one result that it is about: its photos only. */
  @property({ attribute: false }) result: string | null = null;
  @property({ type: Boolean }) few = false;
  /** Keys of items: their photos only. */
  @property({ attribute: false }) items: Set<string> | null = null;
  /** What an item is called. */
  @property({ attribute: false }) nameOf: (item: string) => string = (item) => item;

  private readonly photos = new Task(this, {
    task: ([inspection, result]) => this.load(inspection, result),
    args: () => [this.inspection, this.result] as const,
  });

  private async load(inspection: string | null, result: string | null): Promise<View[]> {
    if (!inspection) return [];
    const [all, about] = await Promise.all([this.ofWalk(inspection), result ? data(api.GET("/api/v1/records/{record}", { params: { path: { record: result } } })) : null]);
    if (!about) return all;
    const same = (one: View, name: string): boolean => (one.body[name] ?? "") === (about.body[name] ?? "");
    return all.filter((one) => same(one, "item") && same(one, "repeat"));
  }

  private async ofWalk(inspection: string): Promise<View[]> {
    const ask = (cursor: string): Promise<{ items: View[]; cursor: string | null }> =>
      data(api.GET("/api/v1/photos", { params: { query: { inspection, limit: LIMIT, cursor } } }));
    const page = await ask("");
    return page.cursor ? [...page.items, ...(await ask(page.cursor)).items] : page.items;
  }

  override render(): unknown {
    return shown(this.photos, (all) => this.wall(this.chosen(all)));
  }

  private chosen(all: View[]): View[] {
    const live = all.filter((one) => one.state !== "voided");
    if (this.hashes.length) return live.filter((one) => this.hashes.includes(String(one.body["sha256"])));
    const items = this.items;
    return items ? live.filter((one) => items.has(String(one.body["item"]))) : live;
  }

  private wall(found: View[]): unknown {
    const known = new Set(found.map((one) => String(one.body["sha256"])));
    const cited = this.hashes.filter((one) => !known.has(one));
    if (!found.length && !cited.length) return html`<p class="muted small">${text("noPhotos")}</p>`;
    const most = this.few ? FEW : MOST;
    return html`<ul class="assess-photos">
      ${found.slice(0, most).map((one) => this.photo(one))}
      ${cited.map((one) => html`<li><a href=${photoUrl(one, "view")} target="_blank" rel="noopener">${thumbnail(one, text("photoOf", { item: "" }), true)}</a></li>`)}
      ${found.length > most ? html`<li class="muted small">${text("photos", { n: found.length })}</li>` : nothing}
    </ul>`;
  }

  private photo(one: View): unknown {
    const item = this.nameOf(String(one.body["item"] ?? ""));
    const caption = String(one.body["caption"] ?? "") || item;
    const taken = (one.body["taken"] as { wall?: string } | undefined)?.wall;
    return html`<li><a href="/inspections/${this.inspection}?photo=${one.id}" title=${[item, instant(taken)].filter(Boolean).join(" · ")}>
      ${thumbnail(String(one.body["sha256"] ?? ""), text("photoOf", { item: item || caption }), one.state === "stored")}
      <span class="small">${item || caption}</span></a></li>`;
  }
}
