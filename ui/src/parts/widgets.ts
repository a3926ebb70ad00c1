/**
 * Widgets of plugins: modules that the server lists, each given an element of its own to fill.
 *
 *     html`<fo-widgets page="review" .subject=${id} .record=${() => …}></fo-widgets>`
 *
 * One that throws, or cannot be loaded, shows a note in its place and harms nothing else.
 */

import { html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { api, data } from "../core/api";
import { language, texts } from "../core/language";
import { Part } from "../core/page";
import type { WidgetView } from "../generated/api";

const text = texts({
  "zh-CN": { of: "插件：{name}", broken: "此插件的部件出错，其余不受影响" },
  en: { of: "Plugin: {name}", broken: "This plugin's widget failed; nothing else is touched" },
});

type PageName = "review" | "report";
type Show = (root: HTMLElement, subject: unknown, helpers: Helpers) => unknown;

/** What a widget gets beside its record. */
interface Helpers {
  language: string;
  get: (path: string) => Promise<unknown>;
}

interface Shown {
  name: string;
  root: HTMLElement;
  isBroken: boolean;
}

let listing: Promise<WidgetView[]> | null = null;

function listed(): Promise<WidgetView[]> {
  // Without widgets the page is whole; the next page asks again.
  listing ??= data(api.GET("/api/v1/widgets")).catch(() => {
    listing = null;
    return [];
  });
  return listing;
}

/** Asks the API in the name of whoever is signed in, and nothing else. */
async function get(path: string): Promise<unknown> {
  const address = new URL(path, location.origin);
  const isOurs = address.origin === location.origin && address.pathname.startsWith("/api/v1/");
  if (!isOurs) throw new Error("widgets ask /api/v1 only");
  const answer = await fetch(address, { headers: { "X-Fieldops": "1", "Accept-Language": language() } });
  if (!answer.ok) throw new Error(`${answer.status} of ${address.pathname}`);
  return answer.json();
}

@customElement("fo-widgets")
export class Widgets extends Part {
  @property() page: PageName = "review";
  /** What is shown, in a word: when it changes, every widget begins anew. */
  @property() subject = "";
  @property({ attribute: false }) record: () => Promise<unknown> = () => Promise.resolve(null);
  @state() private shown: Shown[] = [];
  private turn = 0;
  private last = "";

  protected override updated(): void {
    const wanted = `${this.subject} ${language()}`;
    if (wanted === this.last) return;
    this.last = wanted;
    void this.fill(++this.turn);
  }

  private async fill(turn: number): Promise<void> {
    this.shown = [];
    const mine = (await listed()).filter((one) => one.pages.includes(this.page));
    if (!mine.length) return;
    const record = await this.record().catch(() => null);
    if (record === null || turn !== this.turn) return;
    const shown = await Promise.all(mine.map((one) => this.one(one, record)));
    if (turn === this.turn) this.shown = shown.filter((one) => one.isBroken || one.root.hasChildNodes());
  }

  private async one(widget: WidgetView, record: unknown): Promise<Shown> {
    const root = document.createElement("div");
    try {
      const module = (await import(/* @vite-ignore */ widget.src)) as Record<PageName, Show>;
      // A copy: what a widget does to its record is its own affair.
      await module[this.page](root, structuredClone(record), { language: language(), get });
      return { name: widget.plugin, root, isBroken: false };
    } catch {
      return { name: widget.plugin, root: document.createElement("div"), isBroken: true };
    }
  }

  override render(): unknown {
    return this.shown.map(
      (one) => html`<section class="widget" aria-label=${text("of", { name: one.name })}>
        <p class="muted small">${text("of", { name: one.name })}</p>
        ${one.root} ${one.isBroken ? html`<p class="small muted">${text("broken")}</p>` : nothing}
      </section>`,
    );
  }
}
