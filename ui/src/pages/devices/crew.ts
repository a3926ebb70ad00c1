/** Ticking people: who uses a tablet. */

import { html, type TemplateResult } from "lit";
import type { Colleague } from "../../generated/api";
import { text } from "./texts";

export interface Crew {
  everyone: Colleague[];
  find: string;
  has: (id: string) => boolean;
  onFind: (find: string) => void;
  onTick: (one: Colleague, isOn: boolean) => void;
}

/** A field that finds, and a box for each person that it finds; those who are ticked come first. */
export function crew(it: Crew): TemplateResult {
  const wanted = it.find.trim().toLowerCase();
  const found = it.everyone.filter((one) => it.has(one.id) || `${one.name} ${one.staff_number}`.toLowerCase().includes(wanted));
  return html`<fieldset class="devices-crew">
    <legend>${text("enrolPeople")}</legend>
    <input type="search" aria-label=${text("enrolFind")} placeholder=${text("enrolFind")} .value=${it.find}
      @input=${(event: Event) => it.onFind((event.target as HTMLInputElement).value)} />
    <ul>
      ${found.map(
        (one) => html`<li><label><input type="checkbox" name="person" value=${one.id} .checked=${it.has(one.id)}
          @change=${(event: Event) => it.onTick(one, (event.target as HTMLInputElement).checked)} />
          <span>${one.name}</span> <span class="muted small">${one.staff_number} ${one.post}</span></label></li>`,
      )}
    </ul>
  </fieldset>`;
}
