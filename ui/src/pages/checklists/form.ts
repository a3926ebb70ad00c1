/** A checklist as an inspector sees it: sections, items that come and go, an answer to each. */

import { html, nothing, type TemplateResult } from "lit";
import { number } from "../../core/format";
import { language, titled } from "../../core/language";
import type { Item, Section } from "../../generated/api";
import { waiting } from "../../parts/told";
import { field, facts } from "./fields";
import { text } from "./texts";
import { FormState } from "./trying";

export { FormState };

const OUTCOMES = { pass: ["good", "pass"], fail: ["bad", "fail"], na: ["", "na"] } as const;

/** The whole of it, with the score as it stands. */
export function form(state: FormState): TemplateResult {
  const { checklist } = state;
  if (!checklist || !state.played) return waiting();
  return html`<p class="muted small">${text("tryTold")}</p>
    <div class="checklists-bar card">${score(state)}
      <span class="space"></span>
      ${box(text("both"), state.isBoth, (isOn) => (state.isBoth = isOn), state)}
      ${box(text("hidden"), state.showsHidden, (isOn) => (state.showsHidden = isOn), state)}
      <button type="button" @click=${() => state.clear()}>${text("again")}</button>
    </div>
    ${checklist.sections.map((one) => section(state, one))}`;
}

function box(label: string, isOn: boolean, set: (isOn: boolean) => void, state: FormState): TemplateResult {
  return html`<label class="filter check"><input type="checkbox" .checked=${isOn}
    @change=${(event: Event) => {
      set((event.target as HTMLInputElement).checked);
      state.update();
    }} /><span>${label}</span></label>`;
}

function score(state: FormState): TemplateResult {
  const found = state.played?.score;
  const lines = state.played?.lines ?? [];
  const answered = lines.filter((one) => one.outcome !== null).length;
  const isNone = !found || found.score === null || !answered;
  return html`<p class="checklists-score" role="status"><span>${text("score")}</span>
    ${isNone
      ? html`<span class="muted">${text("scoreNone")}</span>`
      : html`<strong class="number">${number(found.score, 2)}</strong>
          <span class="badge ${found.passed ? "good" : "bad"}">${text(found.passed ? "passes" : "failsBelow")}</span>`}
    <span class="muted small">${text("answered", { n: answered, all: lines.length })}</span></p>`;
}

/** A text in the language of the moment, and in the other beside it where that is wanted. */
export function bilingual(state: FormState, titles: Record<string, string> | undefined): unknown {
  const other = language() === "en" ? "zh-CN" : "en";
  const beside = state.isBoth ? titles?.[other] : "";
  return html`${titled(titles)}${beside ? html` <span class="checklists-other" lang=${other}>${beside}</span>` : nothing}`;
}

function section(state: FormState, one: Section): unknown {
  const isRepeated = Boolean(one.repeat);
  const items = one.items ?? [];
  const lines = state.played?.lines.filter((line) => line.section === one.key) ?? [];
  const isEmpty = !isRepeated && !lines.length;
  if (isEmpty && !state.showsHidden) return nothing;
  return html`<section class="card checklists-section ${isEmpty ? "gone" : ""}" aria-label=${titled(one.titles, one.key)}>
    <h2>${bilingual(state, one.titles)} ${one.weight ? html`<span class="muted small">${text("weight", { n: one.weight })}</span>` : nothing}</h2>
    ${one.shows_if ? condition(one.shows_if, !isEmpty) : nothing}
    ${isRepeated
      ? repeats(state, one)
      : html`<ol class="checklists-items">${items.map((item) => row(state, item, ""))}</ol>`}
  </section>`;
}

function repeats(state: FormState, one: Section): TemplateResult {
  const name = titled(one.repeat?.titles, one.key);
  const names = state.namesOf(one);
  return html`${names.map(
      (repeat) => html`<div class="checklists-repeat"><h3>${name}: ${repeat}
          <button type="button" class="plain" aria-label=${text("remove", { name: repeat })} @click=${() => state.remove(one, repeat)}>×</button></h3>
        <ol class="checklists-items">${one.items.map((item) => row(state, item, repeat))}</ol></div>`,
    )}
    ${names.length ? nothing : html`<p class="muted">${text("noRepeat", { name })}</p>`}
    <form class="checklists-add" @submit=${(event: Event) => {
      event.preventDefault();
      const input = (event.target as HTMLFormElement).elements.namedItem("repeat") as HTMLInputElement;
      state.add(one, input.value.trim());
      input.value = "";
    }}>
      <label><span class="hidden">${text("repeatName")}</span><input name="repeat" required maxlength="60" placeholder=${text("repeatName")} /></label>
      <button type="submit">${text("addRepeat", { name })}</button>
    </form>`;
}

function row(state: FormState, item: Item, repeat: string): unknown {
  const line = state.line(item, repeat);
  if (!line && !state.showsHidden) return nothing;
  const address = repeat ? `${item.key}@${repeat}` : item.key;
  const hasAnswer = state.answers.has(address) || state.na.has(address);
  const [tone, word] = line?.outcome ? OUTCOMES[line.outcome] : ["", null];
  const wrong = hasAnswer ? (line?.violations ?? []).filter((one) => one.code !== "required") : [];
  return html`<li class="checklists-item ${line ? "" : "gone"}" data-item=${address}>
    <div class="checklists-asked">
      <h3 id="item-${address}">${bilingual(state, item.titles)}
        ${item.required ?? true ? html`<span class="checklists-must" title=${text("required")} aria-label=${text("required")} role="img">*</span>` : nothing}</h3>
      <p class="muted">${bilingual(state, item.measure)}</p>
      <p class="checklists-chips">${facts(item)}</p>
      ${item.shows_if ? condition(item.shows_if, Boolean(line)) : nothing}
    </div>
    <div class="checklists-answer">
      ${field(state, item, address, line)}
      ${word ? html`<span class="badge ${tone}">${text(word)}</span>` : nothing}
      ${wrong.map((one) => html`<p class="checklists-wrong" role="alert">${titled(one.messages)}</p>`)}
    </div>
  </li>`;
}

function condition(expression: string, isMet: boolean): TemplateResult {
  return html`<p class="checklists-if small">${isMet ? nothing : html`<span class="badge">${text("notShown")}</span> `}${text("onlyIf")} <code>${expression}</code></p>`;
}
