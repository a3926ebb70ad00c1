import { html } from "lit";
import { customElement } from "lit/decorators.js";
import { Page } from "../../core/page";
import { text } from "../../texts";

@customElement("fo-findings")
export class Findings extends Page {
  override heading(): string {
    return text("findings");
  }

  override render(): unknown {
    return html`<h1>${this.heading()}</h1>`;
  }
}
