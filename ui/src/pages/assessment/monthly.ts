/** The monthly analysis report as a file. */

import { html } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { api, data } from "../../core/api";
import { language } from "../../core/language";
import { Part } from "../../core/page";
import { person } from "../../core/session";
import { word } from "../../core/words";
import { attempt, say } from "../../parts/toast";
import { moved, periodOf, told } from "./period";
import { text } from "./texts";

const FORMATS = ["pdf", "html", "xlsx"] as const;
type Format = (typeof FORMATS)[number];
const MONTHS = 24;

@customElement("fo-monthly")
export class Monthly extends Part {
  /** The month that is looked at, if it is one; and the site, if it is about one. */
  @property() month = "";
  @property() site = "";
  @state() private isBusy = false;

  override render(): unknown {
    const now = periodOf("month");
    const months = Array.from({ length: MONTHS }, (_, index) => moved(now, -index));
    const levels = [1, 2, 3].filter((one) => person().grants.some((grant) => (grant.level ?? 1) >= one));
    return html`<h2 id="assess-report">${text("report")}</h2>
      <form class="filters assess-report" @submit=${(event: SubmitEvent) => void this.make(event)}>
        <label class="filter"><span>${text("reportMonth")}</span><select name="month">
          ${months.map((one) => html`<option value=${one} ?selected=${one === (this.month || now)}>${told(one)}</option>`)}</select></label>
        <label class="filter"><span>${text("language")}</span><select name="language">
          <option value="zh-CN" ?selected=${language() === "zh-CN"}>${text("zh")}</option><option value="en" ?selected=${language() === "en"}>${text("en")}</option></select></label>
        <label class="filter"><span>${text("format")}</span><select name="format">
          ${FORMATS.map((one) => html`<option value=${one}>${one.toUpperCase()}</option>`)}</select></label>
        <label class="filter"><span>${text("level")}</span><select name="level">
          ${levels.map((one) => html`<option value=${one}>${word("level", one)}</option>`)}</select></label>
        <button type="submit" class="main" ?disabled=${this.isBusy}>${this.isBusy ? text("making") : text("download")}</button>
      </form>
      <p class="muted small">${text("reportTold")}</p>`;
  }

  private async make(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement);
    const [month, format] = [String(form.get("month")), String(form.get("format")) as Format];
    const query = {
      month, format,
      language: String(form.get("language")) as "zh-CN" | "en",
      level: Number(form.get("level")),
      ...(this.site && { site: [this.site] }),
    };
    this.isBusy = true;
    const file = (await attempt(data(api.GET("/api/v1/reports/monthly", { params: { query }, parseAs: "blob" })))) as Blob | null;
    this.isBusy = false;
    if (!file) return;
    keep(file, `report-${month}.${query.language}.${format}`);
    say(text("made"));
  }
}

/** Hand a file to the browser. */
function keep(file: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  window.setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
