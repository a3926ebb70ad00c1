/** What every part of the console is: an element without a shadow, in the language of the moment. */

import { LitElement } from "lit";
import { onLanguage } from "./language";
import { onNames } from "./names";

/** Shows itself anew when the language changes, or names are learnt. Styles are those of `styles/`, for all alike. */
export abstract class Part extends LitElement {
  private forget: (() => void)[] = [];

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    const again = (): void => this.requestUpdate();
    this.forget = [onLanguage(again), onNames(again)];
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const forget of this.forget) forget();
  }
}

/** A page: the router gives it what its address says. `heading` is the tab's title. */
export abstract class Page extends Part {
  /** What the address's pattern names: `/findings/:id` gives `id`. */
  params: Record<string, string> = {};

  abstract heading(): string;

  protected override updated(): void {
    document.title = `${this.heading()} · fieldops`;
  }

  /** What the address asks for behind `?`. */
  protected get query(): URLSearchParams {
    return new URLSearchParams(location.search);
  }

  /** The address changed behind `?` only: the page stays and asks anew. */
  onQuery(): void {
    this.requestUpdate();
  }
}
