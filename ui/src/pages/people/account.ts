/** What a person is called, where they work, where letters go, and the PIN for tablets. */

import { html } from "lit";
import { customElement, property } from "lit/decorators.js";
import { Task } from "@lit/task";
import { api, data } from "../../core/api";
import { Part } from "../../core/page";
import type { UserView } from "../../generated/api";
import { attempt, say } from "../../parts/toast";
import { shown } from "../../parts/told";
import { text } from "./texts";

@customElement("fo-account")
export class Account extends Part {
  @property({ attribute: false }) one!: UserView;
  private readonly mail = new Task(this, {
    task: ([user]) => data(api.GET("/api/v1/users/{user}/mailbox", { params: { path: { user } } })),
    args: () => [this.one.id] as const,
  });

  private async save(event: Event): Promise<void> {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement);
    const given = (name: string): string => String(form.get(name) ?? "").trim();
    const params = { path: { user: this.one.id } };
    const work = async (): Promise<boolean> => {
      await data(api.PUT("/api/v1/users/{user}/name", { params, body: { name: given("name"), staff_number: given("number") } }));
      await data(api.PUT("/api/v1/users/{user}/place", { params, body: { team: given("team"), post: given("post") } }));
      const language = given("language") === "en" ? "en" : "zh-CN";
      await data(api.PUT("/api/v1/users/{user}/mailbox", { params, body: { address: given("mail"), language } }));
      return true;
    };
    if (!(await attempt(work()))) return;
    say(text("saved"));
    this.dispatchEvent(new CustomEvent("changed"));
  }

  private async pin(event: Event): Promise<void> {
    event.preventDefault();
    const target = event.target as HTMLFormElement;
    const pin = String(new FormData(target).get("pin") ?? "");
    const params = { path: { user: this.one.id } };
    if (!(await attempt(data(api.PUT("/api/v1/users/{user}/pin", { params, body: { pin } }))))) return;
    say(text("pinDone"));
    target.reset();
  }

  override render(): unknown {
    return html`<section class="card" aria-labelledby="account"><h2 id="account">${text("account")}</h2>
        ${shown(this.mail, (mail) => html`<form @submit=${this.save} class="people-account">
          ${this.field("name", text("name"), this.one.name, true)} ${this.field("number", text("number"), this.one.staff_number)}
          ${this.field("team", text("team"), this.one.team)} ${this.field("post", text("post"), this.one.post)}
          ${this.field("mail", text("mail"), mail.address, false, "email")}
          <label class="field"><span>${text("mailLanguage")}</span><select name="language">
            <option value="zh-CN" lang="zh-CN" ?selected=${mail.language !== "en"}>中文</option>
            <option value="en" lang="en" ?selected=${mail.language === "en"}>English</option></select></label>
          <div class="actions"><button type="submit">${text("save")}</button></div>
        </form>`)}
      </section>
      <section class="card" aria-labelledby="pin"><h2 id="pin">${text("pin")}</h2>
        <form @submit=${this.pin}><label class="field"><span>${text("pinNew")}</span>
            <input name="pin" required inputmode="numeric" pattern="[0-9]{4,12}" autocomplete="off" /></label>
          <button type="submit">${text("pinSet")}</button></form>
      </section>`;
  }

  private field(name: string, label: string, value: string, isRequired = false, type = "text"): unknown {
    return html`<label class="field"><span>${label}</span>
      <input name=${name} type=${type} .value=${value} ?required=${isRequired} maxlength="200" autocomplete="off" /></label>`;
  }
}
