// The one table: what becomes of an error, by its code. Its sentence comes finished from Rust.
import type { ErrorCode } from "./tauri";

export type Manner = {
  /** Where it is told: one line under the bar, a dialog of its own, or the line of the session it belongs to. */
  where: "line" | "dialog";
  /** "asks" takes the mend ground: the person has to act. */
  severity: "plain" | "asks";
  /** What the window does, or offers, about it. */
  action: "none" | "reload" | "leave" | "try_again" | "settings";
  /** Stays until the cause is gone, rather than until the next deed. */
  stays: boolean;
};

export const manners: Record<ErrorCode, Manner> = {
  not_found: { where: "line", severity: "plain", action: "leave", stays: false },
  stale: { where: "line", severity: "plain", action: "reload", stays: false },
  not_allowed: { where: "line", severity: "plain", action: "reload", stays: false },
  link_refused: { where: "line", severity: "asks", action: "none", stays: false },
  file_refused: { where: "dialog", severity: "asks", action: "none", stays: false },
  browser_failed: { where: "line", severity: "asks", action: "try_again", stays: false },
  store_newer: { where: "line", severity: "asks", action: "none", stays: true },
  store_damaged: { where: "line", severity: "asks", action: "none", stays: true },
  store_busy: { where: "line", severity: "plain", action: "try_again", stays: false },
  invalid_input: { where: "line", severity: "plain", action: "none", stays: false },
  no_notifications: { where: "line", severity: "asks", action: "settings", stays: true },
};

export function mannerOf(code: ErrorCode | null): Manner {
  return code ? manners[code] : { where: "line", severity: "plain", action: "none", stays: false };
}
