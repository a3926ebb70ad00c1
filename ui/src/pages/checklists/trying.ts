/** Answers played by the server as on a tablet: what shows, how it is judged, what it scores. */

import type { LitElement } from "lit";
import { api, data } from "../../core/api";
import type { Checklist, Item, Played, PlayedLine, Section } from "../../generated/api";
import { complain } from "../../parts/toast";

export type Raw = string | number | string[] | Record<string, string> | null;
/** What judges: a published version, or a text. */
export type By = { sha256: string } | { toml: string };

const WAIT_MS = 150;

export class FormState {
  checklist: Checklist | null = null;
  played: Played | null = null;
  isBoth = false;
  showsHidden = false;
  readonly answers = new Map<string, Raw>();
  readonly na = new Set<string>();
  private readonly repeats = new Map<string, string[]>();
  private by: By = { toml: "" };
  private timer = 0;
  private turn = 0;

  constructor(private readonly host: LitElement) {}

  /** Begin with another version; answers to items that stay are kept. */
  of(checklist: Checklist, by: By): void {
    if (this.checklist?.key !== checklist.key) this.answers.clear();
    this.checklist = checklist;
    this.by = by;
    this.ask(0);
  }

  clear(): void {
    this.answers.clear();
    this.na.clear();
    this.repeats.clear();
    this.ask(0);
  }

  set(address: string, value: Raw): void {
    const isBlank = value === null || value === "" || (Array.isArray(value) && !value.length);
    if (isBlank) this.answers.delete(address);
    else this.answers.set(address, value);
    this.ask(WAIT_MS);
  }

  setNa(address: string, isNa: boolean): void {
    if (isNa) this.na.add(address);
    else this.na.delete(address);
    this.ask(0);
  }

  namesOf(section: Section): string[] {
    return this.repeats.get(section.key) ?? [];
  }

  add(section: Section, name: string): void {
    const names = this.namesOf(section);
    if (!name || names.includes(name)) return;
    this.repeats.set(section.key, [...names, name]);
    this.ask(0);
  }

  remove(section: Section, name: string): void {
    this.repeats.set(section.key, this.namesOf(section).filter((one) => one !== name));
    for (const item of section.items) this.answers.delete(`${item.key}@${name}`);
    this.ask(0);
  }

  /** How an item stands; undefined where it does not show. */
  line(item: Item, repeat: string): PlayedLine | undefined {
    return this.played?.lines.find((one) => one.item === item.key && one.repeat === repeat);
  }

  update(): void {
    this.host.requestUpdate();
  }

  private ask(afterMs: number): void {
    this.update();
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.play(), afterMs);
  }

  private async play(): Promise<void> {
    const turn = ++this.turn;
    const example = {
      date: today(),
      answers: Object.fromEntries([...this.answers].filter(([address]) => !this.na.has(address))),
      na: [...this.na],
      repeats: Object.fromEntries([...this.repeats].filter(([, names]) => names.length)),
    };
    try {
      const body = { sha256: "", toml: "", ...this.by, example } as Body;
      const played = await data(api.POST("/api/v1/checklists/try", { body }));
      if (turn === this.turn) this.played = played;
    } catch (error) {
      if (turn === this.turn) complain(error);
    }
    this.update();
  }
}

type Body = NonNullable<NonNullable<Parameters<typeof api.POST<"/api/v1/checklists/try", never>>[1]>["body"]>;

function today(): string {
  const now = new Date();
  return new Date(now.getTime() - now.getTimezoneOffset() * 60_000).toISOString().slice(0, 10);
}
