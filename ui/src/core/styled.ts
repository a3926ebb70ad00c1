/**
 * Styles that are reckoned, by the element's own `style` object: the policy forbids the attribute,
 * which lit's `styleMap` writes at its first rendering.
 *
 *     html`<div ${styled({ left: `${share}%` })}></div>`
 */

import { noChange } from "lit";
import { Directive, directive, PartType, type ElementPart, type PartInfo } from "lit/directive.js";

class Styled extends Directive {
  constructor(part: PartInfo) {
    super(part);
    if (part.type !== PartType.ELEMENT) throw new Error("styled() stands in an element's tag");
  }

  override render(_styles: Record<string, string>): unknown {
    return noChange;
  }

  override update(part: ElementPart, [styles]: [Record<string, string>]): unknown {
    Object.assign((part.element as HTMLElement).style, styles);
    return noChange;
  }
}

export const styled = directive(Styled);
