// Where getting in to a school stands. A password, and a mail's code, are never in here: they stay in their own fields.
import type { AppError, GettingIn } from "../tauri";
import { fillIn } from "./drafts.svelte";

/** The button at which it is told how a question to the school goes. */
export type FaultPlace = "chief" | "code";
export type GettingInFault = AppError & { place: FaultPlace };

class GettingInState {
  /** What the shell said last; null before its first answer. */
  step = $state.raw<GettingIn | null>(null);
  /** The form that the person has chosen instead of the one with which the step begins. */
  form = $state<"sign_up" | "sign_in" | null>(null);
  /** Something is being asked: nothing else is until the answer has come, also after the page was left. */
  asking = $state(false);
  /** What is said while that takes a while. */
  waiting = $state.raw<{ words: string; place: FaultPlace } | null>(null);
  /** So many answers have come. */
  answers = $state(0);
  fault = $state.raw<GettingInFault | null>(null);
  /** When it was tried whether the mail's link has been opened, on a clock that does not jump (ms). */
  looks: number[] = [];
}

export const gettingIn = new GettingInState();

export function takeStep(next: GettingIn): void {
  if (!gettingIn.step || placeOf(gettingIn.step) !== placeOf(next)) {
    gettingIn.form = null;
    gettingIn.fault = null;
  }
  gettingIn.step = next;
  if ("email" in next) fillIn(next);
}

/** Two steps of one place are one page: what is chosen and told there stays. */
function placeOf(step: GettingIn): string {
  return "school" in step ? `${step.step} ${step.school}` : step.step;
}
