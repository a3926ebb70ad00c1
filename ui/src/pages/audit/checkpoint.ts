/** How far the chain of the audit is, signed. */

import { html, nothing, type TemplateResult } from "lit";
import { ago, number } from "../../core/format";
import type { Checkpoint } from "../../generated/api";
import { text } from "./texts";

export function checkpoint(found: Checkpoint | null): TemplateResult {
  return html`<section class="card audit-chain" aria-labelledby="chain">
    <h2 id="chain">${text("checkpoint")}</h2>
    ${found
      ? html`<p>${text("checkpointTold", { n: number(found.last), when: ago(found.at_ms) })}</p>
          <dl class="pairs"><dt>${text("hash")}</dt><dd><code>${found.hash}</code></dd>
            ${found.key ? html`<dt>${text("key")}</dt><dd><code>${found.key}</code></dd>` : nothing}</dl>`
      : html`<p class="muted">${text("checkpointNone")}</p>`}
  </section>`;
}
