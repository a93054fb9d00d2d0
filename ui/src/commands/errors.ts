// The one table: what becomes of an error, by its code. Its sentence comes finished from Rust.
import type { ErrorCode } from "../tauri";

export type Telling = {
  /** Where it is told: one line under the bar, a dialog of its own, or the line of the session it belongs to. */
  where: "line" | "dialog";
  /** "asks" takes the mend ground: the person has to act. */
  severity: "plain" | "asks";
  /** What the window does, or offers, about it. */
  action: "none" | "reload" | "leave" | "try_again";
  /** Stays until the cause is gone, rather than until something else is done. */
  stays: boolean;
};

export const errorTable: Record<ErrorCode, Telling> = {
  not_found: { where: "line", severity: "plain", action: "leave", stays: false },
  stale: { where: "line", severity: "plain", action: "reload", stays: false },
  not_allowed: { where: "line", severity: "plain", action: "reload", stays: false },
  not_open: { where: "line", severity: "plain", action: "reload", stays: false },
  no_link: { where: "line", severity: "plain", action: "reload", stays: false },
  invalid: { where: "line", severity: "plain", action: "none", stays: false },
  file_refused: { where: "dialog", severity: "asks", action: "none", stays: false },
  file_failed: { where: "line", severity: "asks", action: "try_again", stays: false },
  stopped: { where: "line", severity: "plain", action: "none", stays: false },
  store_busy: { where: "line", severity: "plain", action: "try_again", stays: false },
  store_unusable: { where: "line", severity: "asks", action: "none", stays: true },
};
