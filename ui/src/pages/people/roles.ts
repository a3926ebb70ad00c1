/** The roles, from the field to the office. */

import type { Role } from "../../generated/api";

export const ROLES: Role[] = ["inspector", "supervisor", "ops", "auditor", "exporter", "administrator"];
