/** What the page is asked: it stands in the address. */

import { isPeriod, periodOf } from "./period";

export type Source = "own" | "third-party";
export type By = "site" | "team" | "person";

export interface Asked {
  period: string;
  site: string;
  team: string;
  person: string;
  source: Source;
  by: By;
}

export function asked(query: URLSearchParams): Asked {
  const period = query.get("period") ?? "";
  const by = query.get("by");
  return {
    period: isPeriod(period) ? period : periodOf("month"),
    site: query.get("site") ?? "",
    team: query.get("team") ?? "",
    person: query.get("person") ?? "",
    source: query.get("source") === "third-party" ? "third-party" : "own",
    by: by === "team" || by === "person" ? by : "site",
  };
}

/** The members that narrow an answer, as the API takes them. */
export function narrowed(asked: Asked): { site?: string; team?: string; person?: string } {
  return {
    ...(asked.site && { site: asked.site }),
    ...(asked.team && { team: asked.team }),
    ...(asked.person && { person: asked.person }),
  };
}
