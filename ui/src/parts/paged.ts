/** A list that comes page by page: what was loaded so far, and more when it is wanted. */

import { html, nothing, type ReactiveController, type ReactiveControllerHost } from "lit";
import { Refused } from "../core/api";
import { left, showRows } from "../core/router";
import { text } from "../texts";
import { empty, trouble, waiting } from "./told";

export interface Slice<T> {
  items: T[];
  cursor: string | null;
}

/**
 *     private readonly list = new Paged(this, (cursor) => data(api.GET("/api/v1/findings", { … })));
 *     render() { return this.list.render((items) => html`…`); }
 */
export class Paged<T> implements ReactiveController {
  items: T[] = [];
  private cursor: string | null = "";
  private error: unknown = null;
  private isBusy = false;
  private going: Promise<void> = Promise.resolve();
  /** Something happened while a page was on its way: one more look behind it. */
  private again: Promise<void> | null = null;
  private turn = 0;

  constructor(
    private readonly host: ReactiveControllerHost,
    private readonly ask: (cursor: string) => Promise<Slice<T>>,
  ) {
    host.addController(this);
  }

  hostConnected(): void {
    const was = left();
    this.turn += 1;
    this.going = this.load("", this.turn, was?.rows);
    if (was) void this.going.then(() => this.host.updateComplete).then(() => window.scrollTo(0, was.top));
  }

  get isWhole(): boolean {
    return this.cursor === null;
  }

  /** From the beginning: the filters are others, or something happened. What is shown stays until then. */
  async reload(): Promise<void> {
    this.turn += 1;
    await (this.going = this.load("", this.turn));
  }

  /** Something happened: ask anew for as much as is shown, so that nobody loses his place. */
  async refresh(): Promise<void> {
    if (this.isBusy) {
      this.again ??= this.going.then(() => {
        this.again = null;
        return this.refresh();
      });
      return this.again;
    }
    this.turn += 1;
    await (this.going = this.load("", this.turn, this.items.length));
  }

  async more(): Promise<void> {
    if (this.cursor && !this.isBusy) await (this.going = this.load(this.cursor, this.turn));
  }

  private async load(cursor: string, turn: number, atLeast = 0): Promise<void> {
    this.isBusy = true;
    this.host.requestUpdate();
    try {
      let page = await this.ask(cursor);
      let items = cursor ? [...this.items, ...page.items] : page.items;
      while (turn === this.turn && page.cursor && items.length < atLeast) {
        page = await this.ask(page.cursor);
        items = [...items, ...page.items];
      }
      if (turn !== this.turn) return;
      this.items = items;
      this.cursor = page.cursor;
      showRows(items.length);
      this.error = null;
    } catch (error) {
      // Without a network what is shown stays; the stream says when it is back, and all is asked anew.
      const isUnreached = error instanceof Refused && !error.status && atLeast;
      if (turn === this.turn && !isUnreached) this.error = error;
    } finally {
      if (turn === this.turn) this.isBusy = false;
      this.host.requestUpdate();
    }
  }

  render(rows: (items: T[]) => unknown, none?: string): unknown {
    if (this.error) return trouble(this.error, () => void this.reload());
    if (!this.items.length) return this.isBusy || this.cursor ? this.rest(waiting()) : empty(none);
    return html`${rows(this.items)} ${this.rest(nothing)}`;
  }

  /** The way on; a page of a list may be empty though more follow. */
  private rest(otherwise: unknown): unknown {
    if (!this.cursor) return otherwise;
    return html`<p class="more">
      <button type="button" ?disabled=${this.isBusy} @click=${() => void this.more()}>
        ${this.isBusy ? text("loading") : text("more")}
      </button>
    </p>`;
  }
}
