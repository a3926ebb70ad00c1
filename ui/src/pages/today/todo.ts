/** What somebody should do now, the most pressing first, by what the person may do. */

import { has } from "../../core/session";
import type { Today } from "../../generated/api";
import { text } from "./texts";

export interface Todo {
  key: string;
  told: string;
  count: number;
  /** A page, or the place of this one. */
  path: string;
  tone: "bad" | "warn" | "accent";
}

/** Everything that waits for this person; what is nought is left out. */
export function todos(found: Today): Todo[] {
  const { counts } = found;
  const missed = found.rounds.filter((one) => one.state === "missed").length;
  const all: (Todo | false)[] = [
    line("complaintsLate", counts.complaints_overdue, "/complaints?overdue=true", "bad"),
    line("overdue", counts.findings_overdue, "/findings?overdue=true", "bad"),
    has("ops", "administrator", "auditor") && line("parts", found.amiss.length, "/plugins", "bad"),
    has("ops", "administrator", "auditor") && line("plugins", found.plugins.length, "/plugins", "bad"),
    has("supervisor", "ops") && line("missed", missed, "#today-rounds", "bad"),
    has("supervisor", "administrator") && line("quarantine", counts.quarantine ?? 0, "/quarantine", "warn"),
    has("supervisor") && line("review", counts.review_waiting, "/review", "accent"),
    has("supervisor") && line("rechecks", counts.rechecks, "/findings?state=rectified", "accent"),
    has("supervisor") && line("appeals", counts.appeals, "/findings?state=appealed", "accent"),
    has("supervisor") && line("conflicts", counts.conflicts, "/conflicts", "warn"),
    line("complaints", counts.complaints_open, "/complaints", "accent"),
    line("findings", counts.findings_open, "/findings", "accent"),
  ];
  return all.filter((one): one is Todo => one !== false && one.count > 0);
}

function line(key: Parameters<typeof text>[0], count: number, path: string, tone: Todo["tone"]): Todo {
  return { key, told: text(key), count, path, tone };
}
