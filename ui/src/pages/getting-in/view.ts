// Which of the pages of getting in is shown.
import type { GettingIn, OpenSignUp, SchoolRole } from "../../tauri";

export type View =
  | "begin"
  | "invitation"
  | "other_host"
  | "sign_up"
  | "sign_in"
  | "mail"
  | "new_password"
  | "stranger"
  | "asked"
  | "turned_away"
  | "arrived";

/** `chosen`: the form that the person asked for instead of the one that the step begins with. */
export function viewOf(step: GettingIn, chosen: "sign_up" | "sign_in" | null): View {
  switch (step.step) {
    case "invitation":
      return step.other ? "other_host" : "invitation";
    case "door":
      return chosen ?? (step.has_account ? "sign_in" : "sign_up");
    case "confirm":
      return chosen === "sign_in" ? "sign_in" : "mail";
    default:
      return step.step;
  }
}

/**
 * What becomes of somebody who signs up without an invitation, as the school has opened itself: let in, let in and then
 * approved, or put before the school.
 */
export type Follows = "let_in" | "approved" | "asked";

export function followsFrom(role: SchoolRole, open: OpenSignUp): Follows {
  // Who acts for a child is linked to it by the school, whatever else is open.
  if (open === "off" || role === "guardian" || (open === "students" && role !== "student")) return "asked";
  return role === "tutor" ? "approved" : "let_in";
}
