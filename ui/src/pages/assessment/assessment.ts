/** How sites, teams and people did: figures, charts, and the records and photos behind each point. */

import { html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { Task } from "@lit/task";
import { api, data } from "../../core/api";
import { instant } from "../../core/format";
import { titled } from "../../core/language";
import { Keys } from "../../core/keys";
import { loadNames, nameOf, sites } from "../../core/names";
import { Page } from "../../core/page";
import { setQuery } from "../../core/router";
import type { AreaSum, Failing, Ranking, Trend } from "../../generated/api";
import "../../parts/charts/chart";
import type { ChartData, Place } from "../../parts/charts/model";
import "../../parts/widgets";
import { shown } from "../../parts/told";
import { text as common } from "../../texts";
import { areaTable } from "./areas";
import { asked, narrowed, type Asked, type By } from "./asked";
import type { Counted } from "./behind";
import { assessmentOf, domainChart, failureChart, PARTS, radarChart, rankingChart, trendChart, type Part } from "./charts";
import { name, type Drill, type Question } from "./drill";
import { filters, type Names } from "./filters";
import "./monthly";
import "./spots";
import { moved, told, unitOf } from "./period";
import { text } from "./texts";
import { COUNTED, details, tiles } from "./tiles";
import "../../styles/assessment.css";

/** Periods before the one that is looked at. */
const BEFORE = 5;

@customElement("fo-assessment")
export class Assessment extends Page {
  @state() private bad = "";

  private readonly names = new Task(this, { task: ([period]) => this.loadNames(period), args: () => [this.asked.period] as const });
  private readonly trend = new Task(this, {
    task: ([period, source, site, team, person]) =>
      data(api.GET("/api/v1/assessments/trend", { params: { query: { period, count: BEFORE, ...narrowed({ ...this.asked, source, site, team, person }) } } })),
    args: () => this.narrowing(),
  });
  private readonly failing = new Task(this, {
    task: ([period, source, site, team, person]) =>
      data(api.GET("/api/v1/assessments/failures", { params: { query: { period, source, ...narrowed({ ...this.asked, site, team, person }) } } })),
    args: () => this.narrowing(),
  });
  private readonly ranking = new Task(this, {
    task: ([period, by, source, site]) => this.rank(period, by, source, site),
    args: () => [this.asked.period, this.asked.by, this.asked.source, this.asked.site] as const,
  });

  readonly keyboard = new Keys(this, () => [
    { keys: ["["], told: () => text("keyBefore"), run: () => setQuery({ period: moved(this.asked.period, -1) }) },
    { keys: ["]"], told: () => text("keyAfter"), run: () => setQuery({ period: moved(this.asked.period, 1) }) },
  ]);

  override heading(): string {
    return common("assessment");
  }

  private get asked(): Asked {
    return asked(this.query);
  }

  private narrowing(): readonly [string, Asked["source"], string, string, string] {
    const { period, source, site, team, person } = this.asked;
    return [period, source, site, team, person];
  }

  private rank(period: string, by: By, source: Asked["source"], site: string): Promise<Ranking> {
    return data(api.GET("/api/v1/assessments/ranking", { params: { query: { period, by, source, ...(site && { site }) } } }));
  }

  private async loadNames(period: string): Promise<Names> {
    const [found, teams, people] = await Promise.all([sites(), this.rank(period, "team", "own", ""), this.rank(period, "person", "own", ""), loadNames()]);
    return { sites: found, teams, people };
  }

  override render(): unknown {
    const asked = this.asked;
    return html`<div class="split assess-head"><h1>${this.heading()} <span class="muted">${told(asked.period)}</span></h1>
        <p class="muted small assess-about">${this.about(asked)}</p></div>
      ${filters(asked, this.names.value, (told) => (this.bad = told))}
      ${this.bad ? html`<p class="trouble" role="alert">${this.bad}</p>` : nothing}
      ${shown(this.trend, (found) => this.figures(found))}
      ${shown(this.failing, (found) => this.failures(found))}
      <section class="card assess-monthly" aria-labelledby="assess-report"><fo-monthly month=${unitOf(asked.period) === "month" ? asked.period : ""} site=${asked.site}></fo-monthly></section>
      <fo-drill></fo-drill>`;
  }

  /** What the figures are about, in words: on paper there are no filters. */
  private about(asked: Asked): string {
    const who = asked.team || (asked.person && nameOf(asked.person)) || text("everybody");
    const asOf = this.trend.value?.items.at(-1)?.as_of_ms;
    const words = [asked.site && this.names.value ? nameOf(asked.site) : common("allSites"), who, text(asked.source === "own" ? "own" : "thirdParty")];
    return [...words, ...(asOf ? [text("asOf", { when: instant(asOf) })] : [])].join(" · ");
  }

  private figures(found: Trend): unknown {
    const source = this.asked.source;
    const [before, now] = found.items.slice(-2).map((one) => assessmentOf(one, source));
    if (!now) return nothing;
    return html`${tiles(now, before, (part) => this.openPart(part, this.asked.period))}
      ${details(now, (counted) => this.open({ title: name(counted), counted: [counted] }))}
      <section class="card">${this.chart(trendChart(found, source), (place) =>
        this.openPart(PARTS[place.series] ?? "total", found.items[place.label]?.period ?? this.asked.period))}</section>`;
  }

  private failures(found: Failing): unknown {
    const domain = (place: Place): void => {
      const one = found.domains[place.label];
      if (one) this.open({ title: domainChart(found).labels[place.label] ?? "", walks: one.walks, items: this.failedItems(found, one.domain) });
    };
    const item = (place: Place): void => {
      const one = found.items[place.label];
      if (one) this.open({ title: titled(one.titles), walks: one.walks, items: () => new Set([one.item]) });
    };
    const dimension = (place: Place): void => {
      const one = found.dimensions[place.label];
      if (one) this.open({ title: name(`satisfaction.${one.name}` as Counted), counted: [`satisfaction.${one.name}` as Counted] });
    };
    const area = (one: AreaSum): void =>
      this.open({ title: `${one.site_name} · ${one.area_name || text("wholeSite")}`, walks: one.walks, items: this.failedItems(found) });
    return html`<div class="assess-charts">
        <div><section class="card">${this.chart(failureChart(found), item, text("noFailures"))}</section></div>
        <div><section class="card">${this.chart(domainChart(found), domain)}</section>
          <section class="card">${shown(this.ranking, (ranked) => this.chart(rankingChart(ranked), (place) => this.openRanked(ranked, place), "", this.rankingBy()))}</section>
          <section class="card">${this.chart(radarChart(found), dimension, text("noRatings"))}</section></div>
      </div>
      <section class="card" aria-labelledby="assess-hot"><h2 id="assess-hot">${text("hot")}</h2>${areaTable(found.areas, area)}${this.map(found)}</section>
      ${this.widgets(found)}`;
  }

  /** Where it failed, on the map of the one site that is looked at. */
  private map(found: Failing): unknown {
    const { site, period } = this.asked;
    if (!site) return nothing;
    const failed = this.failedItems(found);
    return html`<fo-spots .site=${site} .period=${period} .nameOf=${this.nameOf} .isFailed=${(walk: string, item: string) => failed(walk).has(item)}></fo-spots>`;
  }

  /** What plugins add; they are given the figures as the API answers them. */
  private widgets(failures: Failing): unknown {
    const figures = this.trend.value?.items.at(-1);
    if (!figures) return nothing;
    const { site, team, person, source } = this.asked;
    const record = (): Promise<unknown> => Promise.resolve({ ...figures, failures, site, team, person, source });
    return html`<fo-widgets page="report" .subject=${[...this.narrowing(), figures.as_of_ms, failures.as_of_ms].join(" ")} .record=${record}></fo-widgets>`;
  }

  private chart(chart: ChartData, pick: (place: Place) => void, none = "", controls: unknown = nothing): unknown {
    return html`<fo-chart .chart=${chart} .pick=${pick} .none=${none} .controls=${controls}></fo-chart>`;
  }

  private rankingBy(): unknown {
    const by = this.asked.by;
    return html`<label class="filter assess-by"><span>${text("rankingBy")}</span><select name="by" @change=${(event: Event) => setQuery({ by: (event.target as HTMLSelectElement).value })}>
      ${(["site", "team", "person"] as const).map((one) => html`<option value=${one} ?selected=${one === by}>${text(({ site: "bySite", team: "byTeam", person: "byPerson" } as const)[one])}</option>`)}</select></label>`;
  }

  /** The items that failed on a walk, of a domain or of all. */
  private failedItems(found: Failing, domain?: string): (walk: string) => Set<string> {
    return (walk) =>
      new Set(found.items.filter((one) => (domain === undefined || one.domain === domain) && one.walks.includes(walk)).map((one) => one.item));
  }

  /** What an item that failed is called. */
  private readonly nameOf = (item: string): string => titled(this.failing.value?.items.find((one) => one.item === item)?.titles, "");

  private openPart(part: Part, period: string): void {
    this.open({ title: `${text(part)} · ${told(period)}`, counted: COUNTED[part], asked: { ...this.asked, period } });
  }

  private openRanked(found: Ranking, place: Place): void {
    const one = found.items[place.label];
    if (one) this.open({ title: one.name, counted: COUNTED.total, asked: { ...this.asked, [found.by]: one.id } });
  }

  private open(question: Omit<Question, "asked" | "nameOf"> & { asked?: Asked }): void {
    void this.querySelector<Drill>("fo-drill")?.ask({ asked: this.asked, nameOf: this.nameOf, ...question });
  }
}
