/** A browser's own long name for itself, in two words that people know. */

import { text } from "./texts";

const BROWSERS: [RegExp, string][] = [
  [/MicroMessenger/, "WeChat"],
  [/Edg\//, "Edge"],
  [/OPR\//, "Opera"],
  [/Firefox\//, "Firefox"],
  [/Chrom(e|ium)\//, "Chrome"],
  [/Safari\//, "Safari"],
];
const SYSTEMS: [RegExp, string][] = [
  [/HarmonyOS/, "HarmonyOS"],
  [/Android/, "Android"],
  [/iPhone|iPad/, "iOS"],
  [/Windows/, "Windows"],
  [/Mac OS X/, "macOS"],
  [/Linux/, "Linux"],
];

/** `Chrome on Windows`; a program is its own first word. */
export function agent(told: string): string {
  const browser = first(BROWSERS, told);
  const system = first(SYSTEMS, told);
  if (browser && system) return text("on", { browser, system });
  return browser ?? (told.split(" ")[0] || text("unknownAgent"));
}

function first(known: [RegExp, string][], told: string): string | undefined {
  return known.find(([pattern]) => pattern.test(told))?.[1];
}
