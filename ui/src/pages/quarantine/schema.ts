/** A payload's JSON Schema, read for people: its members as rows, and what of a text does not fit. */

import { text } from "./texts";

export interface Schema {
  type?: string | string[];
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: boolean | Schema;
  items?: Schema;
  enum?: unknown[];
  const?: unknown;
  anyOf?: Schema[];
  oneOf?: Schema[];
  $ref?: string;
  $defs?: Record<string, Schema>;
  description?: string;
  format?: string;
  pattern?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
}

export interface Row {
  name: string;
  isRequired: boolean;
  kind: string;
  description: string;
}

export interface Fault {
  /** Members on the way, as `ratings.tangibles`; empty for the whole. */
  pointer: string;
  told: string;
}

type Kind = "string" | "number" | "integer" | "boolean" | "object" | "array" | "null" | "any";

/** The members of an object, those that must be there first. */
export function rows(schema: Schema): Row[] {
  const required = schema.required ?? [];
  const found = Object.entries(schema.properties ?? {}).map(([name, one]) => ({
    name,
    isRequired: required.includes(name),
    kind: kindOf(one, schema),
    description: solved(one, schema).description ?? "",
  }));
  return found.sort((one, other) => Number(other.isRequired) - Number(one.isRequired) || one.name.localeCompare(other.name));
}

/** What one member takes: `text, up to 200 characters`. */
export function kindOf(schema: Schema, root: Schema): string {
  const one = solved(schema, root);
  if (one.enum) return `${text("oneOf")}: ${one.enum.join(", ")}`;
  const choices = one.anyOf ?? one.oneOf;
  if (choices) return choices.map((choice) => kindOf(choice, root)).join(` ${text("or")} `);
  const types = typesOf(one).map((type) => text(`t_${type}`));
  const bounds = [
    one.format ?? "",
    one.maxLength === undefined ? "" : text("upTo", { n: one.maxLength }),
    one.minimum === undefined ? "" : text("from", { n: one.minimum }),
    one.maximum === undefined ? "" : text("to", { n: one.maximum }),
    one.pattern ? text("pattern", { pattern: one.pattern }) : "",
    one.items ? `[${kindOf(one.items, root)}]` : "",
  ];
  return [types.join(` ${text("or")} `), ...bounds.filter(Boolean)].join(", ");
}

/** What does not fit; the server looks at more than this. */
export function faults(value: unknown, schema: Schema, root: Schema = schema, pointer = ""): Fault[] {
  const one = solved(schema, root);
  const choices = one.anyOf ?? one.oneOf;
  if (choices) {
    const each = choices.map((choice) => faults(value, choice, root, pointer));
    return each.some((found) => !found.length) ? [] : (each.toSorted((a, b) => a.length - b.length)[0] ?? []);
  }
  const fault = (told: string): Fault[] => [{ pointer, told }];
  if (one.enum && !one.enum.includes(value)) return fault(text("e_enum", { of: one.enum.join(", ") }));
  if (!typesOf(one).some((type) => isOf(value, type))) return fault(text("e_type", { kind: kindOf(one, root) }));
  if (typeof value === "string") return inText(value, one).flatMap(fault);
  if (typeof value === "number") return inNumber(value, one).flatMap(fault);
  if (Array.isArray(value)) return value.flatMap((item, at) => (one.items ? faults(item, one.items, root, `${pointer}[${at}]`) : []));
  return value && typeof value === "object" ? inObject(value as Record<string, unknown>, one, root, pointer) : [];
}

function inObject(value: Record<string, unknown>, one: Schema, root: Schema, pointer: string): Fault[] {
  const below = (name: string): string => (pointer ? `${pointer}.${name}` : name);
  const missing = (one.required ?? []).filter((name) => !(name in value)).map((name) => ({ pointer: below(name), told: text("e_missing") }));
  const inside = Object.entries(value).flatMap(([name, member]) => {
    const known = one.properties?.[name] ?? (typeof one.additionalProperties === "object" ? one.additionalProperties : null);
    if (known) return faults(member, known, root, below(name));
    return one.additionalProperties === false ? [{ pointer: below(name), told: text("e_unknown") }] : [];
  });
  return [...missing, ...inside];
}

function inText(value: string, one: Schema): string[] {
  const length = [...value].length;
  return [
    one.maxLength !== undefined && length > one.maxLength ? text("e_long", { n: one.maxLength }) : "",
    one.minLength !== undefined && length < one.minLength ? text("e_short", { n: one.minLength }) : "",
    one.pattern && !new RegExp(one.pattern, "u").test(value) ? text("e_pattern", { pattern: one.pattern }) : "",
  ].filter(Boolean);
}

function inNumber(value: number, one: Schema): string[] {
  return [
    one.minimum !== undefined && value < one.minimum ? text("e_least", { n: one.minimum }) : "",
    one.maximum !== undefined && value > one.maximum ? text("e_most", { n: one.maximum }) : "",
  ].filter(Boolean);
}

function solved(schema: Schema, root: Schema): Schema {
  const name = schema.$ref?.split("/").pop();
  return name ? { ...root.$defs?.[name], ...(schema.description ? { description: schema.description } : {}) } : schema;
}

function typesOf(schema: Schema): Kind[] {
  if (!schema.type) return [schema.properties ? "object" : "any"];
  return (Array.isArray(schema.type) ? schema.type : [schema.type]) as Kind[];
}

function isOf(value: unknown, kind: Kind): boolean {
  if (kind === "any") return true;
  if (kind === "null") return value === null;
  if (kind === "array") return Array.isArray(value);
  if (kind === "integer") return Number.isInteger(value);
  if (kind === "object") return typeof value === "object" && value !== null && !Array.isArray(value);
  return typeof value === kind;
}
