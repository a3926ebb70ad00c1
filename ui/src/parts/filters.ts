/** Filters above a list; what is chosen stands in the address. */

import { html, type TemplateResult } from "lit";
import { setQuery } from "../core/router";

/** A choice of one; an empty value does not narrow. */
export function choice(name: string, label: string, options: { value: string; label: string }[]): TemplateResult {
  const chosen = new URLSearchParams(location.search).get(name) ?? "";
  return html`<label class="filter"
    ><span>${label}</span>
    <select name=${name} @change=${(event: Event) => setQuery({ [name]: (event.target as HTMLSelectElement).value })}>
      ${options.map(
        (one) => html`<option value=${one.value} ?selected=${one.value === chosen}>${one.label}</option>`,
      )}
    </select></label
  >`;
}

/** A switch that is on or off. */
export function toggle(name: string, label: string): TemplateResult {
  const isOn = new URLSearchParams(location.search).get(name) === "true";
  return html`<label class="filter check"
    ><input
      type="checkbox"
      name=${name}
      .checked=${isOn}
      @change=${(event: Event) => setQuery({ [name]: (event.target as HTMLInputElement).checked ? "true" : null })}
    /><span>${label}</span></label
  >`;
}
