/** Taking down a complaint at the desk: the telephone, the front office. */

import { api, data } from "../../core/api";
import { word } from "../../core/words";
import type { Question, Said } from "../../parts/asking";
import { text, TIERS } from "./texts";

/** The dialog; `done` is told the new complaint's id. */
export function takeDown(sites: { id: string; name: string }[], done: (complaint: string) => void): Question {
  const run = async (said: Said): Promise<void> => {
    const contact = Object.fromEntries((["name", "phone", "unit"] as const).flatMap((one) => (said[one] ? [[one, said[one]]] : [])));
    const tier = TIERS.find((one) => one === said["tier"]);
    const feedback = {
      nature: "complaint" as const,
      text: said["text"] ?? "",
      ...(tier ? { tier } : {}),
      ...(Object.keys(contact).length ? { contact } : {}),
      ...(said["consent"] ? { consent: said["consent"] } : {}),
    };
    const made = await data(api.POST("/api/v1/feedback", { body: { site: said["site"] ?? "", feedback } }));
    done(made.record.id);
  };
  return {
    title: text("takeDown"),
    done: text("takeDown"),
    run,
    fields: [
      { name: "site", label: text("f_site"), kind: "choice", options: sites.map((one) => ({ value: one.id, label: one.name })), value: sites[0]?.id ?? "", isRequired: true },
      { name: "text", label: text("f_said"), kind: "words", isRequired: true },
      { name: "tier", label: text("f_tier"), kind: "choice", options: [{ value: "", label: text("noTier") }, ...TIERS.map((one) => ({ value: one, label: word("tier", one) }))] },
      { name: "name", label: text("f_name"), kind: "line" },
      { name: "phone", label: text("f_phone"), kind: "line" },
      { name: "unit", label: text("f_unit"), kind: "line" },
      { name: "consent", label: text("f_consent"), kind: "line", hint: text("consentHint"), isAsked: (said) => Boolean(said["name"] || said["phone"] || said["unit"]) },
    ],
  };
}
