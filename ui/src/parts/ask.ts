/** Asks before something is done that is not easily undone: what will happen, perhaps why, and one button. */

import type { LitElement } from "lit";
import { Asking } from "./asking";

export interface Step {
  title: () => string;
  /** What happens then, in a few sentences. */
  body: () => unknown;
  /** The word on the button. */
  act: () => string;
  isBad?: boolean;
  /** With a label, a reason must be given. */
  reason?: () => string;
  run: (reason: string) => Promise<unknown>;
}

/**
 *     private readonly asking = new Ask(this);
 *     this.asking.open({ title: …, body: …, act: …, run: () => data(api.POST(…)) });
 *     render() { return html`…${this.asking.render()}`; }
 */
export class Ask {
  private readonly asking: Asking;

  constructor(host: LitElement) {
    this.asking = new Asking(host);
  }

  open(step: Step): void {
    this.asking.ask({
      title: step.title(),
      about: step.body(),
      fields: step.reason ? [{ name: "reason", label: step.reason(), kind: "words", isRequired: true }] : [],
      done: step.act(),
      isBad: step.isBad ?? false,
      run: async (said) => {
        await step.run(said["reason"] ?? "");
      },
    });
  }

  render(): unknown {
    return this.asking.render();
  }
}
