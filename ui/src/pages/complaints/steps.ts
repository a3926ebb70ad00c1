/** The steps of a complaint that its state leaves open, and what each asks. The server decides who may. */

import { api, data } from "../../core/api";
import { has, person } from "../../core/session";
import { word } from "../../core/words";
import type { ComplaintHandle, ComplaintView, Edited } from "../../generated/api";
import type { Field, Question, Said } from "../../parts/asking";
import { bodyOf, tierOf } from "./body";
import type { Template } from "./templates";
import { text, TIERS } from "./texts";

export type StepName = ComplaintHandle["step"] | "finding";

export interface Step {
  name: StepName;
  key: string;
  label: string;
  isMain: boolean;
}

/** As `rules/complaintsteps.py` has it; the first is what should be done next. */
const NEXT: Record<string, StepName[]> = {
  complaint: ["accept", "hand-over"],
  accepted: ["classify", "answer", "hand-over", "pause"],
  classified: ["investigate", "answer", "finding", "classify", "hand-over", "pause"],
  investigating: ["resolve", "answer", "finding", "investigate", "classify", "hand-over", "pause"],
  resolved: ["follow-up", "answer", "re-open", "hand-over"],
  "followed-up": ["archive", "follow-up", "answer", "re-open", "hand-over"],
  archived: ["re-open"],
  paused: ["resume", "answer", "hand-over"],
};
const KEYS: Record<StepName, string> = {
  accept: "a", classify: "c", investigate: "i", finding: "f", answer: "w", resolve: "r", "follow-up": "u", archive: "z",
  "re-open": "o", pause: "s", resume: "s", "hand-over": "h", "accept-hand-over": "y", "decline-hand-over": "x",
};

/** What the person may do now; empty for whoever only looks. */
export function stepsOf(view: ComplaintView): Step[] {
  if (!has("inspector", "supervisor")) return [];
  const handed = handing(view);
  const open = (NEXT[view.record.state] ?? []).filter((one) => isMine(one, view));
  // An answer that is late comes first, whatever else could be done.
  const late = (view.overdue ?? []).includes("answer") && open.includes("answer");
  const sorted = late ? ["answer" as const, ...open.filter((one) => one !== "answer")] : open;
  return [...handed, ...sorted].map((name, at) => ({ name, key: KEYS[name], label: text(`do_${name}`), isMain: at === 0 }));
}

/** Taking over, or giving back, what is being handed over. */
function handing(view: ComplaintView): StepName[] {
  const handover = bodyOf(view).handover;
  const me = person().id;
  if (!handover || view.record.state === "archived") return [];
  if (handover.by === me) return ["decline-hand-over"];
  return handover.to === undefined || handover.to === me ? ["accept-hand-over", "decline-hand-over"] : [];
}

function isMine(step: StepName, view: ComplaintView): boolean {
  const isOwner = view.owner === person().id;
  if (step === "accept") return isOwner || !view.owner;
  return step === "re-open" || isOwner || has("supervisor");
}

export interface Choices {
  people: { value: string; label: string }[];
  /** What an answer may begin with, its placeholders filled. */
  templates: Template[];
}

/** The dialog of a step; it is taken on the complaint as its person has `read` it. */
export function questionOf(step: Step, read: () => ComplaintView, choices: Choices): Question {
  const run = async (said: Said): Promise<void> => void (await send(step.name, read(), said));
  return { title: step.label, fields: fieldsOf(step.name, read(), choices), done: step.label, run };
}

function fieldsOf(step: StepName, view: ComplaintView, choices: Choices): Field[] {
  const note = (label: string, isRequired = true): Field => ({ name: "note", label, kind: "words", isRequired });
  switch (step) {
    case "classify":
      return [
        { name: "tier", label: text("f_tier"), kind: "radio", value: tierOf(view) || "general", options: TIERS.map((value) => ({ value, label: word("tier", value) })) },
        note(text("f_note"), false),
      ];
    case "hand-over":
      return [
        { name: "to", label: text("f_to"), kind: "choice", options: [{ value: "", label: "—" }, ...choices.people] },
        { name: "team", label: text("f_team"), kind: "line", isAsked: (said) => !said["to"] },
        note(text("f_note"), false),
      ];
    case "finding":
      return [
        { name: "text", label: text("f_text"), kind: "words", isRequired: true, value: bodyOf(view).text ?? "" },
        {
          name: "severity", label: text("f_severity"), kind: "radio", value: "minor",
          options: ["minor", "major", "critical"].map((value) => ({ value, label: word("severity", value) })),
        },
        note(text("f_found"), false),
      ];
    case "follow-up":
      return [
        {
          name: "result", label: text("f_result"), kind: "radio", value: "satisfied",
          options: (["satisfied", "unsatisfied", "not-reached"] as const).map((value) => ({ value, label: text(`r_${value}`) })),
        },
        { name: "satisfaction", label: text("f_satisfaction"), kind: "number", min: 1, max: 5, isAsked: (said) => said["result"] !== "not-reached" },
        note(text("f_note"), false),
      ];
    case "archive":
      return [{ name: "cause", label: text("f_cause"), kind: "line", isRequired: true, hint: text("causeHint") }, note(text("f_note"), false)];
    case "answer":
      return [...begin(choices.templates), note(text("f_answer"))];
    case "investigate":
      return [note(text("f_found"))];
    case "resolve":
      return [note(text("f_resolved"))];
    case "re-open":
    case "pause":
    case "decline-hand-over":
      return [note(text("f_why"))];
    default:
      return [note(text("f_note"), false)];
  }
}

/** A text to begin the answer with, where the organisation has any. */
function begin(templates: Template[]): Field[] {
  if (!templates.length) return [];
  const options = templates.map((one) => ({ value: one.key, label: one.title, fills: { note: one.text } }));
  return [{ name: "template", label: text("f_template"), kind: "choice", options: [{ value: "", label: text("chooseTemplate") }, ...options] }];
}

function send(step: StepName, view: ComplaintView, said: Said): Promise<Edited> {
  const params = { path: { feedback: view.record.id }, header: { "If-Match": `"${view.record.revision}"` } };
  const note = said["note"] ? { note: said["note"] } : {};
  if (step === "finding") {
    const severity = said["severity"] as "minor" | "major" | "critical";
    return data(api.POST("/api/v1/complaints/{feedback}/findings", { params, body: { severity, text: said["text"] ?? "", ...note } }));
  }
  if (step === "hand-over" && !said["to"] && !said["team"]) throw new Error(text("needTo"));
  const { satisfaction, ...others } = said;
  const filled = Object.fromEntries(Object.entries(others).filter(([name, value]) => value && !["note", "template"].includes(name)));
  const body = { step, ...filled, ...(satisfaction ? { satisfaction: Number(satisfaction) } : {}), ...note };
  return data(api.POST("/api/v1/complaints/{feedback}/steps", { params, body: body as ComplaintHandle }));
}
