/** One conflict: its members, each with its values side by side, and what was chosen of them. */

import { html, nothing, type TemplateResult } from "lit";
import { instant, number } from "../../core/format";
import { titled } from "../../core/language";
import { nameOf } from "../../core/names";
import type { Dispute, Member, Side } from "../../generated/api";
import { isWritten, kindWord, memberWord, text, valueWord } from "./texts";

/** Which side of a member was chosen; -1 is a value written by hand. */
export type Chosen = Record<string, number>;
export const WRITTEN = -1;
/** Characters from which a value is words to be read, not a figure to be seen. */
const LONG = 14;

export interface Deciding {
  chosen: Chosen;
  written: Record<string, string>;
  mayDecide: boolean;
  choose: (member: string, side: number) => void;
  write: (member: string, value: string) => void;
}

/** What the record in conflict is called. */
export function nameOfDispute(one: Dispute): string {
  const body = one.record.body;
  return titled(one.titles) || String(body["name"] ?? body["caption"] ?? body["item"] ?? body["text"] ?? kindWord(one.record.kind));
}

/** The values that were chosen, by member; null while one is missing. */
export function decided(one: Dispute, { chosen, written }: Deciding): Record<string, unknown> | null {
  const found: Record<string, unknown> = {};
  for (const member of one.members) {
    const side = chosen[member.name];
    if (side === undefined) return null;
    if (side === WRITTEN && !written[member.name]?.trim()) return null;
    found[member.name] = side === WRITTEN ? written[member.name]?.trim() : member.sides[side]?.value;
  }
  return found;
}

export function members(one: Dispute, deciding: Deciding): TemplateResult[] {
  const active = one.members.find((member) => deciding.chosen[member.name] === undefined)?.name;
  return one.members.map((member) => of(member, deciding, member.name === active));
}

function of(member: Member, deciding: Deciding, isActive: boolean): TemplateResult {
  const canWrite = deciding.mayDecide && isWritten(member.name, member.sides.map((one) => one.value));
  return html`<fieldset class="conflicts-member ${isActive ? "active" : ""}">
    <legend>${memberWord(member.name)}</legend>
    ${member.before === null
      ? nothing
      : html`<p class="small muted">${text("before")}: <strong>${valueWord(member.name, member.before)}</strong></p>`}
    <div class="conflicts-sides">
      ${member.sides.map((one, at) => side(member, one, at, deciding))} ${canWrite ? byHand(member, deciding) : nothing}
    </div>
  </fieldset>`;
}

function side(member: Member, one: Side, at: number, deciding: Deciding): TemplateResult {
  const isChosen = deciding.chosen[member.name] === at;
  const value = valueWord(member.name, one.value);
  return html`<label class="conflicts-side ${isChosen ? "chosen" : ""}">
    <span class="conflicts-top">
      <input type="radio" name=${member.name} value=${at} .checked=${isChosen} ?disabled=${!deciding.mayDecide}
        @change=${() => deciding.choose(member.name, at)} />
      <kbd aria-hidden="true">${at + 1}</kbd>
      <span class="badge ${one.stands ? "accent" : ""}">${text(one.stands ? "stands" : "against")}</span>
    </span>
    <strong class="conflicts-value ${value.length > LONG ? "long" : ""}">${value}</strong>
    <span>${one.actor_name || nameOf(one.actor) || text("server")}</span>
    <span class="small" title=${one.error_ms ? text("clockError", { s: number(one.error_ms / 1000) }) : nothing}>${instant(one.occurred_at)}</span>
    <span class="small muted">${text("heard", { at: instant(one.received_at) })}</span>
    <span class="small muted">${text(one.base ? "onBase" : "onNone", { base: one.base, n: one.revision })}</span>
  </label>`;
}

function byHand(member: Member, deciding: Deciding): TemplateResult {
  const isChosen = deciding.chosen[member.name] === WRITTEN;
  return html`<div class="conflicts-side ${isChosen ? "chosen" : ""}">
    <label class="conflicts-top">
      <input type="radio" name=${member.name} value="other" .checked=${isChosen} @change=${() => deciding.choose(member.name, WRITTEN)} />
      <kbd aria-hidden="true">0</kbd> <span>${text("other")}</span></label>
    ${isChosen
      ? html`<input type="text" aria-label="${memberWord(member.name)}: ${text("otherValue")}" autocomplete="off"
          .value=${deciding.written[member.name] ?? ""}
          @input=${(event: Event) => deciding.write(member.name, (event.target as HTMLInputElement).value)} />`
      : nothing}
  </div>`;
}
