/** A question of several fields in a dialog: it stays open, with what was typed, until it is done. */

import { html, nothing, type ReactiveController, type ReactiveControllerHost } from "lit";
import { texts } from "../core/language";
import { text as shell } from "../texts";
import { Dialog } from "./dialog";
import { trouble } from "./told";

const text = texts({
  "zh-CN": { optional: "选填", sending: "正在提交…" },
  en: { optional: "optional", sending: "Sending…" },
});

export type Said = Record<string, string>;

export interface Field {
  name: string;
  label: string;
  kind: "words" | "line" | "choice" | "radio" | "moment" | "number";
  /** `fills` is put into other fields when it is chosen. */
  options?: { value: string; label: string; fills?: Said }[];
  value?: string;
  isRequired?: boolean;
  hint?: string;
  min?: number;
  max?: number;
  /** Whether it is asked, by what was said so far. */
  isAsked?: (said: Said) => boolean;
}

export interface Question {
  title: string;
  fields: Field[];
  /** What the button says. */
  done: string;
  isBad?: boolean;
  /** What stands above the fields. */
  about?: unknown;
  /** Does it; whatever it throws is shown in the dialog. Fields that were not asked are left out. */
  run: (said: Said) => Promise<void>;
}

/**
 *     private readonly asking = new Asking(this);
 *     this.asking.ask({ title, fields: [{ name: "note", label, kind: "words" }], done, run });
 *     render() { return html`…${this.asking.render()}`; }
 */
export class Asking implements ReactiveController {
  private readonly dialog = new Dialog();
  private question: Question | null = null;
  private said: Said = {};
  private error: unknown = null;
  private isBusy = false;

  constructor(private readonly host: ReactiveControllerHost) {
    host.addController(this);
  }

  hostConnected(): void {}

  ask(question: Question): void {
    this.question = question;
    this.said = Object.fromEntries(question.fields.map((one) => [one.name, one.value ?? ""]));
    this.error = null;
    this.host.requestUpdate();
    void this.host.updateComplete.then(() => this.dialog.open());
  }

  private choose(field: Field, value: string): void {
    const chosen = field.options?.find((one) => one.value === value);
    this.said = { ...this.said, ...chosen?.fills };
    this.put(field.name, value);
  }

  private put(name: string, value: string): void {
    this.said = { ...this.said, [name]: value };
    this.host.requestUpdate();
  }

  render(): unknown {
    const asked = this.question;
    if (!asked) return this.dialog.render("", nothing);
    const fields = asked.fields.filter((one) => !one.isAsked || one.isAsked(this.said));
    // Who has asked for it wants to begin at once with what must be said.
    const first = fields.find((one) => one.isRequired || one.kind === "radio") ?? fields[0];
    const body = html`${asked.about ?? nothing}
      <form @submit=${(event: Event) => void this.send(event, fields)} @keydown=${this.hurry}>
        ${this.error ? trouble(this.error) : nothing} ${fields.map((one) => this.field(one, one === first))}
        <div class="actions">
          <button class=${asked.isBad ? "bad" : "main"} ?disabled=${this.isBusy}>${this.isBusy ? text("sending") : asked.done}</button>
          <button type="button" @click=${() => this.dialog.close()}>${shell("cancel")}</button>
        </div>
      </form>`;
    return this.dialog.render(asked.title, body);
  }

  private async send(event: Event, fields: Field[]): Promise<void> {
    event.preventDefault();
    if (!this.question || this.isBusy) return;
    this.isBusy = true;
    this.error = null;
    this.host.requestUpdate();
    const said = Object.fromEntries(fields.map((one) => [one.name, this.said[one.name]?.trim() ?? ""]));
    try {
      await this.question.run(said);
      this.dialog.close();
      this.question = null;
    } catch (error) {
      this.error = error;
    } finally {
      this.isBusy = false;
      this.host.requestUpdate();
    }
  }

  /** Ctrl+Enter sends from a field of several lines as well. */
  private readonly hurry = (event: KeyboardEvent): void => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) (event.currentTarget as HTMLFormElement).requestSubmit();
  };

  private field(one: Field, isFirst: boolean): unknown {
    const label = html`<span>${one.label}${one.isRequired || one.kind === "radio" ? nothing : html` <small>(${text("optional")})</small>`}</span>`;
    if (one.kind === "radio") return this.radios(one, isFirst);
    return html`<label class="field">${label}${this.input(one, isFirst)}${one.hint ? html`<small class="muted">${one.hint}</small>` : nothing}</label>`;
  }

  private input(one: Field, isFirst: boolean): unknown {
    const value = this.said[one.name] ?? "";
    const put = (event: Event): void => this.put(one.name, (event.target as HTMLInputElement).value);
    if (one.kind === "words") {
      return html`<textarea name=${one.name} rows="3" ?autofocus=${isFirst} ?required=${one.isRequired} .value=${value} @input=${put}></textarea>`;
    }
    if (one.kind === "choice") {
      return html`<select name=${one.name} ?autofocus=${isFirst} ?required=${one.isRequired} @change=${(event: Event) => this.choose(one, (event.target as HTMLSelectElement).value)}>
        ${(one.options ?? []).map((option) => html`<option value=${option.value} ?selected=${option.value === value}>${option.label}</option>`)}
      </select>`;
    }
    const type = { moment: "datetime-local", number: "number", line: "text" }[one.kind as "line"];
    return html`<input name=${one.name} type=${type} ?autofocus=${isFirst} ?required=${one.isRequired} min=${one.min ?? nothing} max=${one.max ?? nothing}
      autocomplete="off" .value=${value} @input=${put} />`;
  }

  private radios(one: Field, isFirst: boolean): unknown {
    return html`<fieldset class="radios">
      <legend>${one.label}</legend>
      ${(one.options ?? []).map(
        (option) => html`<label
          ><input type="radio" name=${one.name} value=${option.value} .checked=${this.said[one.name] === option.value}
            ?autofocus=${isFirst && this.said[one.name] === option.value}
            @change=${() => this.put(one.name, option.value)} /><span>${option.label}</span></label>`,
      )}
    </fieldset>`;
  }
}

/** An instant as an input of day and minute holds it, in the browser's zone. */
export function inputMoment(when: string | null | undefined): string {
  if (!when) return "";
  const date = new Date(when);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** What an input of day and minute holds as an instant with an offset. */
export function sentMoment(value: string): string {
  return new Date(value).toISOString();
}
