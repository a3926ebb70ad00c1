/** One text to answer with: its titles and texts side by side in both languages. */

import { html, nothing, type TemplateResult } from "lit";
import { titled } from "../../core/language";
import type { AnswerTemplate } from "../../generated/api";
import { text } from "./texts";

const LANGUAGES = [["zh-CN", "zh"], ["en", "en"]] as const;
type Language = (typeof LANGUAGES)[number][0];

/** What can be done to one of the set. */
export interface Doing {
  change: (newer: AnswerTemplate) => void;
  remove: () => void;
  move: (by: number) => void;
}

/** The first word in braces that stands for nothing; empty where all do. */
export function strange(one: AnswerTemplate, placeholders: string[]): string {
  const named = Object.values(one.texts).flatMap((words) => words.match(/\{[^{}]*\}/g) ?? []);
  return named.find((word) => !placeholders.includes(word.slice(1, -1))) ?? "";
}

export function answer(one: AnswerTemplate, at: number, count: number, placeholders: string[], doing: Doing): TemplateResult {
  const name = text("nth", { n: at + 1, title: titled(one.titles) || text("untitled") });
  const fault = strange(one, placeholders);
  const act = (key: "up" | "down" | "remove", sign: string, isOff: boolean, run: () => void): TemplateResult =>
    html`<button type="button" class="plain" title=${text(key)} aria-label="${text(key)}: ${name}" ?disabled=${isOff} @click=${run}>${sign}</button>`;
  return html`<section class="card" data-key=${one.key} aria-label=${name}>
    <div class="split"><h2>${name}</h2><span>
      <span class="sites-moves">${act("up", "↑", at === 0, () => doing.move(-1))} ${act("down", "↓", at === count - 1, () => doing.move(1))}</span>
      ${act("remove", "×", false, doing.remove)}</span></div>
    <div class="sites-both">${LANGUAGES.map(([code, label]) => half(one, code, text(label), doing))}</div>
    ${fault ? html`<p class="trouble" role="alert">${text("strange", { word: fault })}</p>` : nothing}
  </section>`;
}

function half(one: AnswerTemplate, code: Language, label: string, doing: Doing): TemplateResult {
  const put = (part: "titles" | "texts") => (event: Event): void =>
    doing.change({ ...one, [part]: { ...one[part], [code]: (event.target as HTMLInputElement).value } });
  return html`<div lang=${code}>
    <label class="field"><span>${text("title")} · ${label}</span>
      <input required maxlength="100" autocomplete="off" .value=${one.titles[code] ?? ""} @input=${put("titles")} /></label>
    <label class="field"><span>${text("body")} · ${label}</span>
      <textarea required maxlength="4000" rows="5" .value=${one.texts[code] ?? ""} @input=${put("texts")}></textarea></label>
  </div>`;
}
