/** A question in the middle of the page: the browser's own `<dialog>`, which keeps the focus in it. */

import { html, type TemplateResult } from "lit";
import { createRef, ref, type Ref } from "lit/directives/ref.js";
import { text } from "../texts";

/**
 * A dialog of a part: `open()` shows it, `render()` stands in the part's template.
 *
 *     private readonly asking = new Dialog();
 *     render() { return html`…${this.asking.render("Title", html`…`)}`; }
 */
export class Dialog {
  private readonly element: Ref<HTMLDialogElement> = createRef();

  open(): void {
    this.element.value?.showModal();
  }

  /** Until its next frame the browser leaves the keys to the field of a closed dialog; the page has them at once. */
  close(): void {
    this.element.value?.close();
    const held = document.activeElement;
    if (held instanceof HTMLElement && this.element.value?.contains(held)) held.blur();
  }

  get isOpen(): boolean {
    return this.element.value?.open ?? false;
  }

  render(title: string, body: unknown, wide = false): TemplateResult {
    return html`<dialog ${ref(this.element)} class=${wide ? "wide" : ""} aria-label=${title}>
      <header>
        <h2>${title}</h2>
        <button type="button" class="plain" aria-label=${text("close")} @click=${() => this.close()}>×</button>
      </header>
      ${body}
    </dialog>`;
  }
}
