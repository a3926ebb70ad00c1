/** The room that photos take, by site. */

import { html, type TemplateResult } from "lit";
import type { Task } from "@lit/task";
import { number, size } from "../../core/format";
import type { Room, StoragePage } from "../../generated/api";
import { shown } from "../../parts/told";
import { text } from "./texts";

export function room(task: Task<readonly unknown[], StoragePage>): TemplateResult {
  return html`<section class="card scroll" aria-labelledby="storage">
    <h2 id="storage">${text("storage")}</h2>
    <p class="muted small">${text("storageTold")}</p>
    ${shown(
      task,
      (page) => html`<table>
        <thead><tr><th>${text("site")}</th><th class="number">${text("photos")}</th><th class="number">${text("originals")}</th>
          <th class="number">${text("derivatives")}</th><th class="number">${text("missing")}</th><th class="number">${text("damaged")}</th></tr></thead>
        <tbody>${page.items.map((one) => line(one.name, one.room))}</tbody>
        <tfoot>${line(text("total"), page.total)}</tfoot>
      </table>`,
    )}
  </section>`;
}

function line(name: string, one: Room): TemplateResult {
  return html`<tr><th scope="row">${name}</th><td class="number">${number(one.photos)}</td>
    <td class="number">${size(one.original_bytes)}</td><td class="number">${size(one.derivative_bytes)}</td>
    <td class="number">${number(one.owed)}</td>
    <td class="number">${one.damaged ? html`<span class="badge bad">${number(one.damaged)}</span>` : "0"}</td></tr>`;
}
