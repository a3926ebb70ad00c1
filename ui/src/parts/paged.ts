/** A list that comes page by page: what was loaded so far, and more when it is wanted. */

import { html, nothing, type ReactiveController, type ReactiveControllerHost } from "lit";
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
  private turn = 0;

  constructor(
    private readonly host: ReactiveControllerHost,
    private readonly ask: (cursor: string) => Promise<Slice<T>>,
  ) {
    host.addController(this);
  }

  hostConnected(): void {
    void this.reload();
  }

  get isWhole(): boolean {
    return this.cursor === null;
  }

  /** From the beginning: the filters are others, or something happened. What is shown stays until then. */
  async reload(): Promise<void> {
    this.turn += 1;
    await this.load("", this.turn);
  }

  async more(): Promise<void> {
    if (this.cursor && !this.isBusy) await this.load(this.cursor, this.turn);
  }

  private async load(cursor: string, turn: number): Promise<void> {
    this.isBusy = true;
    this.host.requestUpdate();
    try {
      const page = await this.ask(cursor);
      if (turn !== this.turn) return;
      this.items = cursor ? [...this.items, ...page.items] : page.items;
      this.cursor = page.cursor;
      this.error = null;
    } catch (error) {
      if (turn === this.turn) this.error = error;
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
