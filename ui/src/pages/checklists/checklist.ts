/** One checklist: as inspectors see it, its versions, how its items do, and a new version. */

import { html, nothing } from "lit";
import { customElement } from "lit/decorators.js";
import { Task } from "@lit/task";
import { api, data } from "../../core/api";
import { titled } from "../../core/language";
import { Keys } from "../../core/keys";
import { Page } from "../../core/page";
import { word } from "../../core/words";
import { go } from "../../core/router";
import { hasEverywhere } from "../../core/session";
import type { VersionSheet } from "../../generated/api";
import { shown } from "../../parts/told";
import "../../styles/checklists.css";
import "./draft";
import "./figures";
import { FormState, form } from "./form";
import { families, NEW, type Family } from "./list";
import { text } from "./texts";
import { standing } from "./versions";
import "./versions";

const TABS = ["form", "versions", "figures", "draft"] as const;
type Tab = (typeof TABS)[number];

interface Shown {
  family: Family;
  sheet: VersionSheet;
}

@customElement("fo-checklist")
export class ChecklistPage extends Page {
  private readonly form = new FormState(this);
  private readonly task = new Task(this, {
    task: ([key, version]) => this.load(key, version),
    args: () => [this.params["key"] ?? "", this.query.get("version") ?? ""] as const,
  });
  readonly keyboard = new Keys(this, () => [
    { keys: ["c"], told: () => text("keyTry"), run: () => this.form.clear() },
    ...(this.mayPublish ? [{ keys: ["d"], told: () => text("keyDraft"), run: () => this.show("draft") }] : []),
    ...TABS.filter((tab) => tab !== "draft").map((tab, at) => ({ keys: [String(at + 1)], told: () => this.tabText(tab), run: () => this.show(tab) })),
  ]);

  override heading(): string {
    const found = this.task.value;
    return found ? titled(found.sheet.checklist.titles, this.params["key"]) : this.isNew ? text("newOne") : text("heading");
  }

  private get isNew(): boolean {
    return this.params["key"] === NEW;
  }

  private get mayPublish(): boolean {
    return hasEverywhere("ops", "administrator");
  }

  private get tab(): Tab {
    const wanted = this.query.get("tab");
    return TABS.find((one) => one === wanted) ?? "form";
  }

  private show(tab: Tab): void {
    go(this.address(tab));
  }

  private async load(key: string, wanted: string): Promise<Shown | null> {
    if (this.isNew) return null;
    const family = (await families(key))[0];
    const versions = family?.versions ?? [];
    const version = wanted || (versions.find((one) => one.state === "current") ?? versions.at(-1))?.version || "0";
    const sheet = await data(api.GET("/api/v1/checklists/{key}/versions/{version}", { params: { path: { key, version } } }));
    this.form.of(sheet.checklist, { sha256: sheet.standing.sha256 });
    return { family: family as Family, sheet };
  }

  private readonly published = (event: CustomEvent<{ key: string }>): void => {
    if (event.detail.key !== this.params["key"]) return go(`/checklists/${event.detail.key}`);
    go(`/checklists/${event.detail.key}?tab=versions`);
    void this.task.run();
  };

  override render(): unknown {
    if (this.isNew) {
      return html`<p class="small"><a href="/checklists">${text("back")}</a></p><h1>${this.heading()}</h1>
        <fo-draft .base=${""} .key=${NEW} @published=${this.published}></fo-draft>`;
    }
    return html`<p class="small"><a href="/checklists">${text("back")}</a></p>
      <h1>${this.heading()}</h1>
      ${shown(this.task, (found) => (found ? this.whole(found) : nothing))}`;
  }

  private whole({ family, sheet }: Shown): unknown {
    const { checklist } = sheet;
    const items = checklist.sections.flatMap((one) => one.items ?? []).length;
    return html`<p class="checklists-facts">
        <span class="number">${sheet.standing.version}</span> ${standing(sheet.standing.state)}
        <span>${word("domain", checklist.domain)}</span><span>${text("items", { n: items })}</span>
        <span>${text("threshold", { n: checklist.threshold_percent ?? "85" })}</span>
        ${checklist.critical_veto ? html`<span class="badge warn">${text("veto")}</span>` : nothing}
        <span class="muted small">${checklist.key}</span>
      </p>
      ${checklist.summary ? html`<p class="muted">${titled(checklist.summary)}</p>` : nothing}
      <div class="tabs">
        ${TABS.filter((tab) => tab !== "draft" || this.mayPublish).map(
          (tab) => html`<a href=${this.address(tab)} aria-current=${tab === this.tab ? "page" : nothing}>${this.tabText(tab)}</a>`,
        )}
      </div>
      ${this.body(family, sheet)}`;
  }

  private body(family: Family, sheet: VersionSheet): unknown {
    switch (this.tab) {
      case "versions":
        return html`<fo-versions .family=${family} @changed=${() => void this.task.run()}></fo-versions>`;
      case "figures":
        return html`<fo-item-figures .key=${family.key}></fo-item-figures>`;
      case "draft":
        return html`<fo-draft .base=${sheet.toml} .key=${family.key} @published=${this.published}></fo-draft>`;
      default:
        return form(this.form);
    }
  }

  private address(tab: Tab): string {
    const version = this.query.get("version");
    const query = new URLSearchParams({ ...(tab === "form" ? {} : { tab }), ...(version ? { version } : {}) }).toString();
    return `/checklists/${this.params["key"]}${query ? `?${query}` : ""}`;
  }

  private tabText(tab: Tab): string {
    return { form: text("tabForm"), versions: text("tabVersions"), figures: text("tabFigures"), draft: text("tabDraft") }[tab];
  }
}
