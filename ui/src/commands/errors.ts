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
  // The page of getting in tells these itself, over its button (pages/getting-in/faults.ts). Here is what becomes of them
  // elsewhere: signing in again from the strip, signing out.
  offline: { where: "line", severity: "plain", action: "none", stays: false },
  captive_portal: { where: "line", severity: "asks", action: "try_again", stays: false },
  network_blocks: { where: "line", severity: "plain", action: "try_again", stays: false },
  school_switched_off: { where: "line", severity: "plain", action: "try_again", stays: false },
  network_or_school: { where: "line", severity: "plain", action: "try_again", stays: false },
  school_silent: { where: "line", severity: "plain", action: "try_again", stays: false },
  school_needs_update: { where: "line", severity: "plain", action: "none", stays: false },
  clock_off: { where: "line", severity: "asks", action: "try_again", stays: false },
  no_school: { where: "line", severity: "plain", action: "none", stays: false },
  wrong_key: { where: "line", severity: "asks", action: "none", stays: false },
  wrong_password: { where: "line", severity: "asks", action: "none", stays: false },
  not_confirmed: { where: "line", severity: "asks", action: "none", stays: false },
  account_exists: { where: "line", severity: "plain", action: "none", stays: false },
  code_over: { where: "line", severity: "plain", action: "none", stays: false },
  mail_too_soon: { where: "line", severity: "plain", action: "none", stays: false },
  mail_not_set_up: { where: "line", severity: "plain", action: "none", stays: false },
  weak_password: { where: "line", severity: "plain", action: "none", stays: false },
  password_too_long: { where: "line", severity: "plain", action: "none", stays: false },
  bad_email: { where: "line", severity: "plain", action: "none", stays: false },
  no_invitation: { where: "line", severity: "plain", action: "none", stays: false },
  invitation_over: { where: "line", severity: "plain", action: "none", stays: false },
  too_many_requests: { where: "line", severity: "plain", action: "none", stays: false },
  banned: { where: "line", severity: "asks", action: "none", stays: false },
  second_factor: { where: "line", severity: "asks", action: "none", stays: false },
  keychain_locked: { where: "line", severity: "asks", action: "try_again", stays: false },
  mail_used_up: { where: "line", severity: "plain", action: "none", stays: false },
  same_password: { where: "line", severity: "plain", action: "none", stays: false },
  sign_up_closed: { where: "line", severity: "plain", action: "none", stays: false },
  email_off: { where: "line", severity: "plain", action: "none", stays: false },
  captcha_wanted: { where: "line", severity: "plain", action: "none", stays: false },
  proof_wanted: { where: "line", severity: "plain", action: "none", stays: false },
  another_attempt: { where: "line", severity: "plain", action: "none", stays: false },
  sign_in_again: { where: "line", severity: "asks", action: "none", stays: false },
  code_needs_school: { where: "line", severity: "plain", action: "none", stays: false },
  unknown_zone: { where: "line", severity: "plain", action: "none", stays: false },
  no_address: { where: "line", severity: "plain", action: "none", stays: false },
  other_host: { where: "line", severity: "asks", action: "none", stays: false },
  keychain_failed: { where: "line", severity: "asks", action: "none", stays: false },
  school_refused: { where: "line", severity: "plain", action: "none", stays: false },
};
