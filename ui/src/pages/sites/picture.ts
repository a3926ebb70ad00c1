/** What is sent as a map: a picture's bytes as base64, and four edges that enclose a site. */

import { text } from "./texts";
import type { Edges } from "../../generated/api";

export const SIDES = ["west", "east", "south", "north"] as const;
export type Typed = Record<(typeof SIDES)[number], string>;

/** As `web/sitemaps.py` (`PICTURE_BYTES_MAX`) and `flow/sitemaps.py` (`SPAN_MAX`) have it; they decide. */
const BYTES_MAX = 3 * 1024 * 1024 - 64 * 1024;
const SPAN_MAX = 1;
const METRES_A_DEGREE = 111_320;

/** Why a file cannot be a map; empty for one that may be. */
export function fileFault(file: File): string {
  if (!["image/jpeg", "image/png"].includes(file.type)) return text("wrongKind");
  return file.size > BYTES_MAX ? text("tooLarge") : "";
}

/** What is wrong with the edges, before they are sent; empty where they enclose a site. */
export function edgesFault(typed: Typed): string {
  if (SIDES.some((one) => !typed[one].trim() || !Number.isFinite(Number(typed[one])))) return text("noNumber");
  const { west, east, south, north } = edgesOf(typed);
  if (Math.max(Math.abs(west), Math.abs(east)) > 180 || Math.max(Math.abs(south), Math.abs(north)) > 90) return text("range");
  if (west >= east) return text("westEast");
  if (south >= north) return text("southNorth");
  return Math.max(east - west, north - south) > SPAN_MAX ? text("span") : "";
}

export function edgesOf(typed: Typed): Edges {
  return { west: Number(typed.west), east: Number(typed.east), south: Number(typed.south), north: Number(typed.north) };
}

/** How large the ground on the picture is, in metres: by it, whoever mistyped a figure sees it. */
export function extent({ west, east, south, north }: Edges): { wide: number; high: number } {
  const narrowing = Math.cos((((south + north) / 2) * Math.PI) / 180);
  return { wide: (east - west) * METRES_A_DEGREE * narrowing, high: (north - south) * METRES_A_DEGREE };
}

/** The picture as an address that can be shown (`data:…;base64,…`). */
export function addressOf(file: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result as string);
    reader.onerror = () => reject(reader.error ?? new Error("the file cannot be read"));
    reader.readAsDataURL(file);
  });
}

/** What stands behind the comma of such an address. */
export function base64Of(address: string): string {
  return address.slice(address.indexOf(",") + 1);
}
