/**
 * Photos that are fetched and decoded before they are wanted, and let go when they lie behind.
 *
 *     … behind (2) │ shown │ ahead (6) …   anything else is released
 *
 * What is kept are elements: shown by being put on the page, a decoded one costs no frame more. They
 * are used again and again: Chromium's document holds every `img` that ever had a source (by its
 * listener for the viewport), so that a new one for each photo would never be let go.
 */

import { photoUrl } from "../../parts/photo";

export const AHEAD = 6;
export const BEHIND = 2;

interface Held {
  image: HTMLImageElement;
  isDecoded: boolean;
}

const spare: HTMLImageElement[] = [];

export class Ahead {
  private readonly held = new Map<string, Held>();

  constructor(private readonly changed: () => void) {}

  /** Hold these photos, the first wanted first, and none else. */
  want(hashes: string[]): void {
    const wanted = new Set(hashes);
    for (const [sha256, held] of this.held) {
      if (!wanted.has(sha256)) this.release(sha256, held);
    }
    for (const sha256 of wanted) this.hold(sha256);
  }

  /** The element of a photo that is held. */
  image(sha256: string): HTMLImageElement | null {
    return this.held.get(sha256)?.image ?? null;
  }

  isDecoded(sha256: string): boolean {
    return this.held.get(sha256)?.isDecoded ?? false;
  }

  clear(): void {
    this.want([]);
  }

  private hold(sha256: string): void {
    if (this.held.has(sha256)) return;
    const image = spare.pop() ?? new Image();
    const held = { image, isDecoded: false };
    this.held.set(sha256, held);
    image.decoding = "async";
    image.src = photoUrl(sha256, "view");
    image.decode().then(
      () => {
        held.isDecoded = true;
        this.changed();
      },
      // A picture that cannot be fetched or read stands as it is: the page says why beside it.
      () => this.changed(),
    );
  }

  private release(sha256: string, held: Held): void {
    this.held.delete(sha256);
    held.image.removeAttribute("src");
    held.image.remove();
    spare.push(held.image);
  }
}
