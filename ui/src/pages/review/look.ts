/** How a photo is looked at: how near, which part of it, which way up. */

const STEP = 1.5;
const MOST = 8;
const NEAR = 2.5;

export class Look {
  scale = 1;
  x = 0;
  y = 0;
  /** Quarters to the right. */
  turns = 0;

  get isNear(): boolean {
    return this.scale > 1;
  }

  reset(): void {
    [this.scale, this.x, this.y, this.turns] = [1, 0, 0, 0];
  }

  toggle(): void {
    this.to(this.isNear ? 1 : NEAR);
  }

  nearer(): void {
    this.to(this.scale * STEP);
  }

  farther(): void {
    this.to(this.scale / STEP);
  }

  /** Move what is seen, by pixels; a photo that is seen whole stays. */
  pan(x: number, y: number): void {
    if (!this.isNear) return;
    this.x += x;
    this.y += y;
  }

  turn(quarters: number): void {
    this.turns += quarters;
  }

  /** For `transform`; a photo that lies on its side is made to fit the height. */
  get transform(): string {
    const fit = this.turns % 2 ? 0.75 : 1;
    return `translate(${this.x}px, ${this.y}px) scale(${this.scale * fit}) rotate(${this.turns * 90}deg)`;
  }

  private to(scale: number): void {
    this.scale = Math.max(1, Math.min(MOST, scale));
    if (!this.isNear) [this.x, this.y] = [0, 0];
  }
}
