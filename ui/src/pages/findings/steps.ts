/** The steps of a finding that its state leaves open, and what each asks. The server decides who may. */

import { api, data } from "../../core/api";
import type { Edited, Listed } from "../../generated/api";
import { has, person } from "../../core/session";
import { inputMoment, sentMoment, type Field, type Question, type Said } from "../../parts/asking";
import { bodyOf, type FindingBody } from "./body";
import { text } from "./texts";

export type StepName = "assign" | "rectify" | "recheck" | "deduct" | "appeal" | "decide" | "pause" | "resume" | "note" | "void";

export interface Step {
  name: StepName;
  key: string;
  label: string;
  isMain: boolean;
}

/** As `rules/findingsteps.py` has it; the first is what should be done next. */
const NEXT: Record<string, StepName[]> = {
  open: ["assign", "rectify", "appeal", "pause", "void"],
  assigned: ["rectify", "assign", "deduct", "appeal", "pause"],
  again: ["rectify", "assign", "deduct", "appeal", "pause"],
  rectified: ["recheck", "rectify"],
  paused: ["resume", "rectify"],
  appealed: ["decide"],
  deducted: ["appeal"],
  contested: ["decide"],
};
const DESK: StepName[] = ["assign", "deduct", "decide", "pause", "resume"];
const KEYS: Record<StepName, string> = {
  assign: "a", rectify: "r", recheck: "c", deduct: "d", appeal: "p", decide: "e", pause: "s", resume: "s", note: "n", void: "x",
};

/** What the person may do now; empty for whoever only looks. */
export function stepsOf(listed: Listed): Step[] {
  if (!has("inspector", "supervisor")) return [];
  const open = (NEXT[listed.finding.state] ?? []).filter((one) => isMine(one, bodyOf(listed)));
  const label = (one: StepName): string =>
    text(one === "assign" && listed.finding.state !== "open" ? "do_reassign" : `do_${one}`);
  return [...open, "note" as const].map((name, at) => ({
    name,
    key: KEYS[name],
    label: label(name),
    isMain: at === 0 && name !== "note",
  }));
}

function isMine(step: StepName, body: FindingBody): boolean {
  const me = person().id;
  const isDesk = has("supervisor");
  const worked = body.rectifications ?? [];
  if (step === "recheck") return worked.at(-1)?.by !== me;
  if (step === "decide") return isDesk && body.appeals?.at(-1)?.by !== me;
  if (step === "void") return body.by !== undefined && !body.titles && (isDesk || body.by === me);
  if (step === "appeal") return isDesk || !body.owner || body.owner === me || worked.some((one) => one.by === me);
  return isDesk || !DESK.includes(step);
}

export interface Choices {
  people: { value: string; label: string }[];
}

/** The dialog of a step; it is taken on the finding as its person has `read` it. */
export function questionOf(step: Step, read: () => Listed, choices: Choices): Question {
  const listed = read();
  const run = async (said: Said): Promise<void> => void (await send(step.name, read(), said));
  const isBad = step.name === "void" || step.name === "deduct";
  return { title: step.label, fields: fieldsOf(step.name, listed, choices), done: step.label, isBad, run };
}

function fieldsOf(step: StepName, listed: Listed, choices: Choices): Field[] {
  const body = bodyOf(listed);
  const note: Field = { name: "note", label: text("f_note"), kind: "words" };
  const reason: Field = { name: "reason", label: text("f_reason"), kind: "words", isRequired: true };
  const deadline: Field = { name: "deadline", label: text("f_deadline"), kind: "moment" };
  const points: Field = { name: "points", label: text("f_points"), kind: "number", min: 1, max: 100, isRequired: true };
  switch (step) {
    case "assign":
      return [
        { name: "owner", label: text("f_owner"), kind: "choice", options: [{ value: "", label: "—" }, ...choices.people], value: body.owner ?? "", hint: text("h_owner") },
        { name: "team", label: text("f_team"), kind: "line", value: body.team ?? "" },
        { ...deadline, value: inputMoment(body.deadline) },
        note,
      ];
    case "recheck":
      return [
        { name: "outcome", label: text("f_outcome"), kind: "radio", value: "closed", options: outcomes() },
        { ...points, isAsked: (said) => said["outcome"] === "deducted" },
        { ...deadline, hint: text("h_deadline"), isAsked: (said) => said["outcome"] === "again" },
        note,
      ];
    case "decide":
      return [
        {
          name: "decision", label: text("f_decision"), kind: "radio", value: "dismissed",
          options: (["dismissed", "upheld"] as const).map((value) => ({ value, label: text(`d_${value}`) })),
        },
        reason,
      ];
    case "deduct":
      return [points, note];
    case "appeal":
    case "pause":
    case "void":
      return [reason];
    case "note":
      return [{ name: "text", label: text("f_text"), kind: "words", isRequired: true }];
    default:
      return [note];
  }
}

function outcomes(): { value: string; label: string }[] {
  // A deduction is the supervisor's.
  const all = has("supervisor") ? (["closed", "again", "deducted"] as const) : (["closed", "again"] as const);
  return all.map((value) => ({ value, label: text(`o_${value}`) }));
}

function send(step: StepName, listed: Listed, said: Said): Promise<Edited> {
  const finding = listed.finding.id;
  const params = { path: { finding }, header: { "If-Match": `"${listed.finding.revision}"` } };
  const note = said["note"] ? { note: said["note"] } : {};
  const reason = said["reason"] ?? "";
  const deadline = said["deadline"] ? { deadline: sentMoment(said["deadline"]) } : {};
  const points = said["points"] ? { points: Number(said["points"]) } : {};
  switch (step) {
    case "assign": {
      if (!said["owner"] && !said["team"]) throw new Error(text("needOwner"));
      // A deadline that was only shown is not set anew: the form knows minutes, the finding seconds.
      const kept = said["deadline"] === inputMoment(bodyOf(listed).deadline) ? {} : deadline;
      const body = { owner: said["owner"] || null, team: said["team"] || null, ...kept, ...note };
      return data(api.POST("/api/v1/findings/{finding}/assign", { params, body }));
    }
    case "rectify":
      return data(api.POST("/api/v1/findings/{finding}/rectify", { params, body: note }));
    case "recheck":
    case "deduct": {
      const outcome = (said["outcome"] ?? "deducted") as "closed" | "again" | "deducted";
      return data(api.POST("/api/v1/findings/{finding}/recheck", { params, body: { outcome, ...points, ...deadline, ...note } }));
    }
    case "appeal":
      return data(api.POST("/api/v1/findings/{finding}/appeal", { params, body: { reason } }));
    case "decide": {
      const decision = said["decision"] as "dismissed" | "upheld";
      return data(api.POST("/api/v1/findings/{finding}/decide", { params, body: { decision, reason } }));
    }
    case "pause":
      return data(api.POST("/api/v1/findings/{finding}/pause", { params, body: { reason } }));
    case "resume":
      return data(api.POST("/api/v1/findings/{finding}/resume", { params, body: note }));
    case "note":
      return data(api.POST("/api/v1/findings/{finding}/notes", { params: { path: { finding } }, body: { text: said["text"] ?? "" } }));
    case "void":
      return data(api.POST("/api/v1/records/{record}/void", { params: { path: { record: finding }, header: params.header }, body: { reason } }));
  }
}
