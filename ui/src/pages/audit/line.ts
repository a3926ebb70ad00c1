/** One line of the audit: a sentence, and behind it everything that is on record. */

import { html, nothing, type TemplateResult } from "lit";
import { instant, short } from "../../core/format";
import { nameOf } from "../../core/names";
import { word } from "../../core/words";
import type { Found } from "../../generated/api";
import { actionText, memberText } from "./actions";
import { text } from "./texts";

/** What the ids of the lines are called, and what sort of record they are. */
export interface Around {
  names: Record<string, string>;
  kinds: Record<string, string>;
}

const PAGES: Record<string, string> = { finding: "/findings/", inspection: "/inspections/", feedback: "/complaints/" };

export function line(one: Found, around: Around, unmask: () => void): TemplateResult {
  const detail = one.detail as Record<string, unknown>;
  // Of quarantine the reason is a word of the wire; it stands with the details.
  const why = detail["purpose"] ?? (one.action.startsWith("quarantine.") ? null : detail["reason"]);
  return html`<li><details>
    <summary>
      <time class="number muted" datetime=${new Date(one.at_ms).toISOString()}>${instant(one.at_ms)}</time>
      <span><strong>${who(one, around)}</strong>
        ${actionText(one.action)} ${about(one, around)}
        ${typeof why === "string" && why ? html`<span class="muted">${text(detail["purpose"] ? "purpose" : "reason", detail["purpose"] ? { purpose: why } : { reason: why })}</span>` : nothing}</span>
    </summary>
    ${whole(one, around, unmask)}
  </details></li>`;
}

/** A person; the server's own actors have no name. */
function who(one: Found, around: Around): string {
  const name = one.actor ? around.names[one.actor] : undefined;
  if (name) return name;
  return one.actor || !one.device ? text("server") : text("tablet", { name: named(one.device, around) });
}

function named(id: string, around: Around): string {
  return around.names[id] || short(id);
}

/** What it was done on, with a way to it where the console has a page for it. */
function about(one: Found, around: Around): unknown {
  if (!one.subject) return one.device && one.actor ? by(one.device, around) : said(one);
  if (one.subject === one.actor) return nothing;
  const kind = around.kinds[one.subject];
  const name = `${kind ? `${word("kind", kind)} ` : ""}${named(one.subject, around)}`;
  const page = kind ? PAGES[kind] : undefined;
  return html`${page ? html`<a href="${page}${one.subject}">${name}</a>` : html`<span>${name}</span>`}${one.device && one.actor && one.device !== one.subject ? by(one.device, around) : nothing}`;
}

/** The tablet that somebody did it on; where nobody is named, it stands in front. */
function by(device: string, around: Around): TemplateResult {
  return html`<span class="muted"> · ${text("tablet", { name: named(device, around) })}</span>`;
}

/** What has no record says itself by name: a checklist, a plugin, a tablet to be. */
function said(one: Found): unknown {
  const detail = one.detail as Record<string, unknown>;
  const words = [detail["key"], detail["version"], detail["plugin"], detail["name"], detail["login"]].filter((value) => typeof value === "string");
  return words.length ? html`<span>${words.join(" ")}</span>` : nothing;
}

function whole(one: Found, around: Around, unmask: () => void): TemplateResult {
  const rows = Object.entries(one.detail as Record<string, unknown>);
  return html`<div class="audit-whole">
    <p class="muted small"><code>${one.action}</code> · ${one.chain === null ? text("notChained") : text("number", { n: one.chain })}</p>
    ${rows.length ? html`<dl class="pairs">${rows.map(([name, value]) => html`<dt>${memberText(name)}</dt><dd>${valueOf(name, value, around)}</dd>`)}</dl>` : nothing}
    ${one.subject ? html`<p class="small"><code>${one.subject}</code></p>` : nothing}
    <div class="actions">
      ${one.subject ? html`<a class="button" href="/audit?about=${one.subject}">${text("onlyThis")}</a>` : nothing}
      ${one.actor ? html`<a class="button" href="/audit?actor=${one.actor}">${text("onlyWho")}</a>` : nothing}
      ${one.subject && around.kinds[one.subject] === "feedback" ? html`<button type="button" @click=${unmask}>${text("unmask")}</button>` : nothing}
    </div>
  </div>`;
}

/** An id that the pages know by name; anything else as it is. */
function known(value: string): string {
  const name = /^[0-9a-f-]{36}$/.test(value) ? nameOf(value) : value;
  return value.startsWith(name) ? value : name;
}

function valueOf(name: string, value: unknown, around: Around): string {
  if (name.endsWith("_ms") && typeof value === "number") return instant(value);
  if (name === "role" && typeof value === "string") return word("role", value);
  if (name === "level") return word("level", Number(value));
  if (value === null) return "—";
  if (typeof value === "string") return around.names[value] || known(value);
  if (Array.isArray(value)) return value.map((one) => valueOf("", one, around)).join(", ");
  return JSON.stringify(value);
}
