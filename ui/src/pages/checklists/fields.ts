/** A field for each kind of answer, and what an item asks for beside it. */

import { html, nothing, type TemplateResult } from "lit";
import { titled } from "../../core/language";
import { tone, word } from "../../core/words";
import type { Choice, Item, PlayedLine } from "../../generated/api";
import { text } from "./texts";
import type { FormState, Raw } from "./trying";

type Bounds = { min?: string | null; max?: string | null; pass_min?: string | null; pass_max?: string | null; unit?: string };

const UNITS = { number: "", duration: "min", temperature: "°C" } as const;

/** Clause, weight, severity, photos: what stands beside an item. */
export function facts(item: Item): unknown {
  const photos = item.photos ?? {};
  const answer = item.answer ?? { type: "passfail" };
  return html`${item.clause ? html`<span class="badge">${item.clause}</span>` : nothing}
    <span class="badge ${tone("severity", item.severity ?? "minor")}">${word("severity", item.severity ?? "minor")}</span>
    <span class="badge">${item.scored ?? true ? text("weight", { n: item.weight ?? "1" }) : text("unscored")}</span>
    ${item.rectify_hours ? html`<span class="badge">${text("hours", { n: item.rectify_hours })}</span>` : nothing}
    ${photos.min_count ? html`<span class="badge accent">${text("photosMin", { n: photos.min_count })}</span>` : nothing}
    ${photos.min_count_on_fail ? html`<span class="badge accent">${text("photosFail", { n: photos.min_count_on_fail })}</span>` : nothing}
    ${limits(answer as Bounds)}`;
}

function limits(kind: Bounds): unknown {
  const passes = span(kind.pass_min, kind.pass_max);
  const unit = kind.unit ? ` ${kind.unit}` : "";
  return passes ? html`<span class="badge">${text("pass")}: ${passes}${unit}</span>` : nothing;
}

function span(low: string | null | undefined, high: string | null | undefined): string {
  if (low && high) return `${low}–${high}`;
  return low ? text("atLeast", { n: low }) : high ? text("atMost", { n: high }) : "";
}

/** The field of an item; `address` is its key, with its repeat behind an @. */
export function field(state: FormState, item: Item, address: string, line: PlayedLine | undefined): TemplateResult {
  const isNa = state.na.has(address);
  return html`<fieldset class="checklists-field" aria-labelledby="item-${address}" ?disabled=${!line}>
    ${isNa ? nothing : kind(state, item, address, line)}
    ${item.na_allowed && item.answer?.type !== "passfail"
      ? html`<label class="checklists-pick"><input type="checkbox" .checked=${isNa}
          @change=${(event: Event) => state.setNa(address, (event.target as HTMLInputElement).checked)} />${text("isNa")}</label>`
      : nothing}
  </fieldset>`;
}

function kind(state: FormState, item: Item, address: string, line: PlayedLine | undefined): unknown {
  const answer = item.answer ?? { type: "passfail" as const };
  const value = state.answers.get(address) ?? null;
  const set = (raw: Raw): void => state.set(address, raw);
  const labelled = `item-${address}`;
  switch (answer.type) {
    case "passfail":
      return picks(address, value, [["pass", text("pass")], ["fail", text("fail")], ...(item.na_allowed ? [["na", text("na")] as [string, string]] : [])], set);
    case "single":
      return picks(address, value, answer.choices.map(named), set);
    case "multiple":
      return ticks(Array.isArray(value) ? value : [], answer.choices.map(named), set);
    case "score":
      return html`${figure(labelled, value, "", set, answer.step ?? "1")} <span class="muted small">${text("points", { max: answer.max })}</span>`;
    case "number":
    case "duration":
    case "temperature":
      return html`${figure(labelled, value, (answer.unit as string | undefined) ?? UNITS[answer.type], set)} ${bounds(answer)}`;
    case "meter":
      return meter(value, answer.unit ?? "", set);
    case "datetime":
      return moment(labelled, value, answer.part ?? "date", set);
    case "text":
      return html`<textarea aria-labelledby=${labelled} maxlength=${answer.max_length ?? 20000} .value=${plain(value)}
        @change=${(event: Event) => set((event.target as HTMLTextAreaElement).value)}></textarea>`;
    case "code":
      return oneLine(labelled, value, text("scan"), set);
    case "staff":
      return oneLine(labelled, value, text("staff"), set);
    case "photo":
      return html`<span class="thumb owed checklists-dummy">${text("takePhoto")}<br />${text("photosOnly", { min: answer.min_count ?? 1, max: answer.max_count ?? 20 })}</span>`;
    case "signature":
      return html`<span class="thumb owed checklists-dummy">${text("sign")}</span>`;
    case "location":
      return html`<span class="thumb owed checklists-dummy">${text("locate")}</span>`;
    case "calculated":
      return html`<output class="number">${line?.worked_out || "—"}</output> ${answer.unit ?? ""} <span class="muted small">${text("workedOut")}</span>`;
  }
}

const named = (one: Choice): [string, string] => [one.key, titled(one.titles, one.key)];
const plain = (value: Raw): string => (typeof value === "string" || typeof value === "number" ? String(value) : "");

function picks(address: string, value: Raw, choices: [string, string][], set: (raw: Raw) => void): TemplateResult {
  return html`<div class="checklists-picks">${choices.map(
    ([key, label]) => html`<label class="checklists-pick ${key}"><input type="radio" name="answer-${address}" value=${key} .checked=${value === key}
      @change=${() => set(key)} />${label}</label>`,
  )}</div>`;
}

function ticks(chosen: string[], choices: [string, string][], set: (raw: Raw) => void): TemplateResult {
  return html`<div class="checklists-picks">${choices.map(
    ([key, label]) => html`<label class="checklists-pick"><input type="checkbox" value=${key} .checked=${chosen.includes(key)}
      @change=${(event: Event) => set((event.target as HTMLInputElement).checked ? [...chosen, key] : chosen.filter((one) => one !== key))} />${label}</label>`,
  )}</div>`;
}

function figure(labelled: string, value: Raw, unit: string, set: (raw: Raw) => void, step = "any"): TemplateResult {
  return html`<input type="number" inputmode="decimal" step=${step} aria-labelledby=${labelled} .value=${plain(value)}
    @input=${(event: Event) => set((event.target as HTMLInputElement).value)} /> ${unit}`;
}

function bounds(kind: Bounds): unknown {
  const takes = span(kind.min, kind.max);
  return takes ? html`<span class="muted small">(${takes})</span>` : nothing;
}

function meter(value: Raw, unit: string, set: (raw: Raw) => void): TemplateResult {
  const read = (value && typeof value === "object" && !Array.isArray(value) ? value : {}) as Record<string, string>;
  const part = (name: "reading" | "previous"): TemplateResult => html`<label class="filter"><span>${text(name)}</span>
    <input type="number" step="any" inputmode="decimal" .value=${read[name] ?? ""}
      @input=${(event: Event) => set({ ...read, [name]: (event.target as HTMLInputElement).value })} /></label>`;
  return html`${part("previous")} ${part("reading")} ${unit}`;
}

function moment(labelled: string, value: Raw, part: "date" | "time" | "datetime", set: (raw: Raw) => void): TemplateResult {
  const type = part === "datetime" ? "datetime-local" : part;
  return html`<input type=${type} aria-labelledby=${labelled} .value=${plain(value).slice(0, 16)}
    @input=${(event: Event) => set(zoned((event.target as HTMLInputElement).value, part))} />`;
}

/** A day and a time with the browser's offset, as RFC 3339 wants it. */
function zoned(value: string, part: string): string {
  if (part !== "datetime" || !value) return value;
  const minutes = -new Date(value).getTimezoneOffset();
  const two = (one: number): string => String(Math.floor(Math.abs(one))).padStart(2, "0");
  return `${value}:00${minutes < 0 ? "-" : "+"}${two(minutes / 60)}:${two(minutes % 60)}`;
}

function oneLine(labelled: string, value: Raw, hint: string, set: (raw: Raw) => void): TemplateResult {
  return html`<input type="text" aria-labelledby=${labelled} placeholder=${hint} .value=${plain(value)}
    @change=${(event: Event) => set((event.target as HTMLInputElement).value)} />`;
}
