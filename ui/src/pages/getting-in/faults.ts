// What the page does about a refusal, by its code. Its sentence comes finished from Rust.
import type { ErrorCode } from "../../tauri";

/** What is offered beside the sentence. */
export type Offer = "send_again" | "sign_in" | "forgotten" | "another_address";

export type Telling = {
  /** It stands at this field, not over the button. */
  field?: "email" | "password" | "invitation" | "zone";
  /** The button says *Try again*: with what is typed it may well succeed. */
  again?: true;
  offers?: readonly Offer[];
};

/** The network, or the school's server, is at fault; and its address may be. */
const school: Telling = { again: true, offers: ["another_address"] };
const network: Telling = { again: true };

const table: Partial<Record<ErrorCode, Telling>> = {
  captive_portal: network,
  network_blocks: network,
  network_or_school: school,
  school_switched_off: school,
  school_silent: school,
  school_needs_update: network,
  clock_off: network,
  keychain_locked: network,
  no_school: { offers: ["another_address"] },
  wrong_key: { offers: ["another_address"] },
  not_confirmed: { offers: ["send_again"] },
  code_over: { offers: ["send_again"] },
  another_attempt: { offers: ["send_again"] },
  keychain_failed: network,
  account_exists: { offers: ["sign_in", "forgotten"] },
  weak_password: { field: "password" },
  password_too_long: { field: "password" },
  same_password: { field: "password" },
  bad_email: { field: "email" },
  no_invitation: { field: "invitation" },
  unknown_zone: { field: "zone" },
};

export function tellingOf(code: ErrorCode): Telling {
  return table[code] ?? {};
}
