/** The lists of the day: what is late, walks, rounds, tablets that owe, and what does not work. */

import { html, nothing, type TemplateResult } from "lit";
import { ago, number, size } from "../../core/format";
import { language, titled } from "../../core/language";
import { nameOf } from "../../core/names";
import { has } from "../../core/session";
import { tone, word } from "../../core/words";
import type { Today } from "../../generated/api";
import { empty } from "../../parts/told";
import { text } from "./texts";

const badge = (kind: string, told: string): TemplateResult => html`<span class="badge ${kind}">${told}</span>`;
const joined = (words: (string | null | undefined | false)[]): string => words.filter(Boolean).join(" · ");

function list(id: string, title: string, rows: TemplateResult[], none: string, beside: unknown = nothing): TemplateResult {
  return html`<section class="card today-list" aria-labelledby=${id}>
    <div class="split"><h2 id=${id}>${title}</h2>${beside}</div>
    ${rows.length ? html`<ul>${rows}</ul>` : empty(none)}
  </section>`;
}

function row(head: unknown, beside: unknown, small: string, path: string | null): TemplateResult {
  const inner = html`<span class="today-head">${head}</span><span class="today-beside">${beside}</span><span class="today-small muted small">${small}</span>`;
  return html`<li>${path ? html`<a class="today-row" href=${path}>${inner}</a>` : html`<div class="today-row">${inner}</div>`}</li>`;
}

export function late(found: Today): TemplateResult {
  const rows = found.late.map((one) => {
    const path = one.kind === "finding" ? `/findings/${one.id}` : `/complaints/${one.id}`;
    const rank = one.kind === "finding" ? "severity" : "tier";
    const beside = html`${one.rank ? badge(tone(rank, one.rank), word(rank, one.rank)) : nothing}`;
    return row(titled(one.title, text("noText")), beside,
      joined([text(one.kind), nameOf(one.site), one.owner ? nameOf(one.owner) : text("nobody"), text("dueAgo", { when: ago(one.due) })]), path);
  });
  return list("today-late", text("late"), rows, text("noLate"));
}

export function walks(found: Today): TemplateResult {
  const all = found.counts.walks_under_way;
  const rows = found.walks.map((one) => row(
    joined([nameOf(one.site), one.area && nameOf(one.area)]),
    html`${one.photos_owed ? badge("warn", text("owes", { n: one.photos_owed })) : nothing} ${badge(tone("state", one.state), word("state", one.state))}`,
    joined([one.owner && nameOf(one.owner), text("began", { when: ago(one.began) })]),
    `/inspections/${one.id}`));
  const more = all > rows.length ? html`<span class="muted small">${text("more", { n: all })}</span>` : nothing;
  return list("today-walks", text("walks"), rows, text("noWalks"), more);
}

export function rounds(found: Today): TemplateResult {
  const hour = (when: string): string => new Intl.DateTimeFormat(language(), { timeStyle: "short" }).format(new Date(when));
  const rows = found.rounds.map((one) => row(
    one.title || nameOf(one.site),
    badge(tone("state", one.state), word("state", one.state)),
    joined([one.title && nameOf(one.site), one.team || one.people.map((who) => nameOf(who)).join(language() === "en" ? ", " : "、") || text("anyone"), text("dueAt", { when: hour(one.due) })]),
    null));
  return list("today-rounds", text("rounds"), rows, text("noRounds"));
}

export function tablets(found: Today): TemplateResult {
  const path = has("ops", "administrator") ? "/devices" : null;
  const rows = found.tablets.map((one) => row(
    one.name,
    one.bytes ? text("photos", { n: number(one.photos, 0), size: size(one.bytes) }) : text("photosOnly", { n: number(one.photos, 0) }),
    joined([text("since", { when: ago(one.since) }), one.last_seen_ms ? text("seen", { when: ago(one.last_seen_ms) }) : text("neverSeen")]),
    path));
  return list("today-tablets", text("tablets"), rows, text("noTablets"));
}

const STANDINGS: Record<string, Parameters<typeof text>[0]> = { parked: "parked", off: "off", waiting: "waiting", running: "running" };
const PARTS: Record<string, Parameters<typeof text>[0]> = { database: "database", blobs: "blobs", job: "job", backup: "backup", photos: "photosPart", care: "care" };

export function health(found: Today): TemplateResult {
  const canOpen = has("ops", "auditor", "administrator");
  const amiss = found.amiss.map((one) => row(
    joined([PARTS[one.kind] ? text(PARTS[one.kind]!) : one.kind, one.name]),
    badge(one.state === "down" ? "bad" : "warn", text(one.state === "down" ? "down" : "degraded")),
    titled(one.titles), null));
  const plugins = found.plugins.map((one) => row(
    one.name,
    badge(one.state === "parked" ? "bad" : "warn", STANDINGS[one.state] ? text(STANDINGS[one.state]!) : one.state),
    joined([one.lag ? text("behind", { n: number(one.lag, 0) }) : "", one.error && text("error", { code: one.error })]),
    canOpen ? "/plugins" : null));
  return list("today-health", text("health"), [...amiss, ...plugins], text("well"));
}

