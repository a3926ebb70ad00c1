/** The total and the four parts of an assessment, with what moved, and every figure beneath them. */

import { html, nothing, type TemplateResult } from "lit";
import { number } from "../../core/format";
import type { Assessment } from "../../generated/api";
import { figureOf, PARTS, percent, TARGET, type Part } from "./charts";
import type { Counted } from "./behind";
import { name } from "./drill";
import { text } from "./texts";

/** The figures that each part is made of. */
export const COUNTED: Record<Part, Counted[]> = {
  total: ["conformity.walks", "handling.unrepeated", "efficiency.finding-rectify", "efficiency.complaint-answer"],
  satisfaction: ["satisfaction.tangibles", "satisfaction.reliability", "satisfaction.responsiveness", "satisfaction.assurance", "satisfaction.empathy", "satisfaction.answers"],
  efficiency: ["efficiency.complaint-answer", "efficiency.complaint-resolve", "efficiency.finding-rectify"],
  conformity: ["conformity.walks", "conformity.deductions"],
  handling: ["handling.rectified", "handling.recheck", "handling.unrepeated", "handling.rounds", "handling.punctual"],
};

export function tiles(now: Assessment, before: Assessment | undefined, open: (part: Part) => void): TemplateResult {
  return html`<ul class="assess-tiles">
    ${PARTS.map((part) => {
      const figure = figureOf(now, part);
      return html`<li><button type="button" class="assess-tile ${part}" @click=${() => open(part)}>
        <span class="muted small">${text(part)}</span>
        <strong>${figure.percent === null ? "—" : percent(Number(figure.percent))}</strong>
        <span class="small">${figure.cases ? text("cases", { n: figure.cases }) : text("noCases")}</span>
        ${delta(figure.percent, before && figureOf(before, part).percent)}
        ${part === "satisfaction" ? html`<span class="small muted">${text("target", { n: TARGET })}</span>` : nothing}
      </button></li>`;
    })}
  </ul>`;
}

function delta(now: string | null, before: string | null | undefined): unknown {
  if (now === null || before === null || before === undefined) return nothing;
  const moved = Number(now) - Number(before);
  if (Math.abs(moved) < 0.05) return html`<span class="small muted">${text("same")}</span>`;
  const arrow = moved > 0 ? "▲" : "▼";
  return html`<span class="small ${moved > 0 ? "assess-up" : "assess-down"}" title=${text("against")}>${arrow} ${number(Math.abs(moved))} ${text("points")}</span>`;
}

/** Every figure with its cases and what stands beside it; each leads to its records. */
export function details(now: Assessment, open: (counted: Counted) => void): TemplateResult {
  const rows = PARTS.filter((part) => part !== "total").flatMap((part) => COUNTED[part].map((counted) => row(now, counted, open)));
  return html`<details class="assess-details"><summary>${text("detail")}</summary>
    <div class="scroll" role="group" tabindex="0" aria-label=${text("detail")}><table>
      <thead><tr><th scope="col">${text("figure")}</th><th scope="col" class="number">${text("percent")}</th><th scope="col" class="number">${text("samples")}</th><th scope="col">${text("beside")}</th></tr></thead>
      <tbody>${rows}</tbody>
    </table></div></details>`;
}

function row(now: Assessment, counted: Counted, open: (counted: Counted) => void): TemplateResult {
  const { figure, beside } = found(now, counted);
  return html`<tr><th scope="row"><button type="button" class="plain chart-cell" @click=${() => open(counted)}>${name(counted)}</button></th>
    <td class="number">${figure.percent === null ? "—" : number(figure.percent)}</td><td class="number">${figure.cases}</td><td class="muted small">${beside.join("; ")}</td></tr>`;
}

interface Found {
  figure: { percent: string | null; cases: number };
  beside: string[];
}

function found(now: Assessment, counted: Counted): Found {
  const [part, what = ""] = counted.split(".");
  const none = { percent: null, cases: 0 };
  if (counted === "satisfaction.answers") return { figure: now.satisfaction.answers, beside: [] };
  if (part === "satisfaction") return { figure: now.satisfaction.dimensions[what] ?? none, beside: [] };
  if (part === "handling") {
    const repeats = counted === "handling.unrepeated" && now.handling.repeats ? [text("repeated", { n: now.handling.repeats })] : [];
    return { figure: now.handling.rates[what] ?? none, beside: repeats };
  }
  if (part === "efficiency") return timed(now, what);
  const { score, deducted, deductions, unscored } = now.conformity;
  if (counted === "conformity.deductions") return { figure: { percent: null, cases: deductions }, beside: deductions ? [text("deducted", { points: number(deducted), n: deductions })] : [] };
  return { figure: score, beside: unscored ? [text("unscored", { n: unscored })] : [] };
}

function timed(now: Assessment, what: string): Found {
  const timing = now.efficiency.timings[what];
  if (!timing) return { figure: { percent: null, cases: 0 }, beside: [] };
  const beside = [];
  if (timing.pending) beside.push(text("waiting", { n: timing.pending }));
  if (timing.median_hours !== null) beside.push(text("median", { m: number(timing.median_hours), p: number(timing.p90_hours) }));
  if (timing.late_receipt) beside.push(text("late", { n: timing.late_receipt }));
  return { figure: timing.on_time, beside };
}
