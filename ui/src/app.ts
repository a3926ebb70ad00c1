/** The shell: navigation, who is signed in, language and appearance, and the page of the address. */

import { html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { Refused } from "./core/api";
import { Keys, keysNow } from "./core/keys";
import { language, setLanguage, titled } from "./core/language";
import { follow } from "./core/live";
import { Part, type Page } from "./core/page";
import { onMoved, pageOf, placeOf } from "./core/router";
import { begin, has, session, signOut } from "./core/session";
import { isHeard } from "./core/stream";
import { onTheme, setTheme, theme, type Theme } from "./core/theme";
import { Dialog } from "./parts/dialog";
import { trouble, waiting } from "./parts/told";
import "./parts/toast";
import { NAV, type NavKey } from "./routes";
import { text } from "./texts";

const GROUPS = { work: "groupWork", figures: "groupFigures", ops: "groupOps" } as const;

@customElement("fo-app")
export class App extends Part {
  @state() private isReady = false;
  @state() private error: unknown = null;
  @state() private page: Page | null = null;
  @state() private isMenuOpen = false;
  /** Whether the page of the address is still being loaded. */
  @state() private isBusy = false;
  private path = "";
  private here: NavKey | null = null;
  private readonly help = new Dialog();
  private stop: (() => void)[] = [];

  readonly keyboard = new Keys(this, () => [{ keys: ["?"], told: () => text("keyHelp"), run: () => this.showKeys() }]);

  override connectedCallback(): void {
    super.connectedCallback();
    const live = (): void => this.requestUpdate();
    window.addEventListener("fieldops-live", live);
    this.stop = [onMoved(() => void this.show()), onTheme(live), () => window.removeEventListener("fieldops-live", live)];
    void this.begin();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const stop of this.stop) stop();
  }

  private async begin(): Promise<void> {
    try {
      const here = await begin();
      if (here.password.due) location.assign("/signin");
      this.isReady = true;
      follow();
      await this.show();
    } catch (error) {
      // Whoever is not signed in is on the way to the sign-in page already.
      if (!(error instanceof Refused && error.status === 401)) this.error = error;
    }
  }

  private async show(): Promise<void> {
    if (!this.isReady) return;
    const path = location.pathname;
    if (path === this.path && this.page) {
      this.page.onQuery();
      return;
    }
    const place = placeOf(path);
    this.path = path;
    this.isMenuOpen = false;
    this.here = place?.route.nav ?? null;
    this.isBusy = true;
    try {
      const page = place ? await pageOf(place) : null;
      if (path !== location.pathname) return;
      this.error = null;
      this.page = page;
      this.isBusy = false;
      window.scrollTo(0, 0);
      await this.updateComplete;
      this.querySelector<HTMLElement>("main")?.focus({ preventScroll: true });
    } catch (error) {
      if (path !== location.pathname) return;
      this.error = error;
      this.page = null;
      this.isBusy = false;
    }
  }

  private showKeys(): void {
    this.requestUpdate();
    this.help.open();
  }

  override render(): unknown {
    if (!this.isReady) {
      const told = this.error ? trouble(this.error, () => location.reload()) : waiting();
      return html`<main class="alone">${told}</main>`;
    }
    return html`<a class="skip" href="#main" @click=${this.skip}>${text("skip")}</a>
      ${this.header()}
      <nav class=${this.isMenuOpen ? "open" : ""} aria-label=${text("navigation")}>${this.rows()}</nav>
      <main id="main" tabindex="-1" aria-busy=${this.isBusy}>${this.shownPage()}</main>
      <fo-toasts></fo-toasts>
      ${this.help.render(text("keysHere"), this.keyList())}`;
  }

  private skip(event: Event): void {
    event.preventDefault();
    document.querySelector<HTMLElement>("main")?.focus();
  }

  private header(): unknown {
    const { person, notice } = session();
    return html`<header class="bar">
        <button type="button" class="plain menu" aria-label=${text("menu")} aria-expanded=${this.isMenuOpen}
          @click=${() => (this.isMenuOpen = !this.isMenuOpen)}>☰</button>
        <a class="brand" href="/"><img src="/favicon.svg" alt="" width="22" height="22" />fieldops</a>
        <span class="live ${isHeard() ? "on" : ""}" role="status">${isHeard() ? text("live") : text("notLive")}</span>
        <span class="space"></span>
        <button type="button" class="plain" aria-label=${text("keys")} title=${text("keys")} @click=${this.showKeys}>?</button>
        <label class="filter bare"><span class="hidden">${text("theme")}</span>
          <select .value=${theme()} @change=${(event: Event) => setTheme((event.target as HTMLSelectElement).value as Theme)}>
            ${(["auto", "light", "dark"] as const).map((one) => html`<option value=${one} ?selected=${one === theme()}>${this.themeText(one)}</option>`)}
          </select></label>
        <button type="button" class="plain" lang=${language() === "en" ? "zh-CN" : "en"}
          @click=${() => setLanguage(language() === "en" ? "zh-CN" : "en")}>${language() === "en" ? "中文" : "English"}</button>
        <a href="/profile" class="who" aria-current=${this.here === "profile" ? "page" : nothing}>${person.name}</a>
        <button type="button" @click=${() => void signOut()}>${text("signOut")}</button>
      </header>
      ${notice ? html`<p class="notice">${titled(notice)} <a href="/profile">${text("profile")}</a></p>` : nothing}`;
  }

  private themeText(one: Theme): string {
    return { auto: text("themeAuto"), light: text("themeLight"), dark: text("themeDark") }[one];
  }

  private rows(): unknown {
    const mine = NAV.filter((one) => has(...one.roles));
    return (["work", "figures", "ops"] as const).map((group) => {
      const rows = mine.filter((one) => one.group === group);
      return rows.length
        ? html`<h2>${text(GROUPS[group])}</h2>
            <ul>
              ${rows.map((one) => html`<li><a href=${one.path} aria-current=${one.key === this.here ? "page" : nothing}>${text(one.key)}</a></li>`)}
            </ul>`
        : nothing;
    });
  }

  private shownPage(): unknown {
    if (this.error) return html`<h1>${this.here ? text(this.here) : ""}</h1>${trouble(this.error, () => void this.show())}`;
    return this.page ?? this.missing();
  }

  private missing(): unknown {
    if (placeOf(this.path)) return waiting();
    return html`<h1>${text("notFound")}</h1><p><a href="/">${text("toToday")}</a></p>`;
  }

  private keyList(): unknown {
    return html`<dl class="keys">
      ${keysNow().map((one) => html`<dt>${one.keys.map((key) => html`<kbd>${key}</kbd> `)}</dt><dd>${one.told()}</dd>`)}
    </dl>`;
  }
}
