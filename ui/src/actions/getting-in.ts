// Getting in to a school: the way there from everywhere in the window, what is asked, and where the answer leads.
import { attempt } from "../commands/attempt";
import { run, showError } from "../commands/run";
import { say } from "../i18n/say";
import { goBack, goInstead, goToPage } from "../navigation/history";
import { forgetSchoolForm, schoolForm } from "../state/drafts.svelte";
import { gettingIn, takeStep, type FaultPlace } from "../state/getting-in.svelte";
import { navigation } from "../state/navigation.svelte";
import { announce, showNote } from "../state/notices.svelte";
import { commands, type Answer, type GettingIn } from "../tauri";

/** Nothing under this is told to take long (ms). */
const WHILE = 400;

export function showGettingIn(): void {
  goToPage("getting_in");
}

/** A school of the list or of the strip: to sign in again, to the mail, to the request. */
export async function goOnWithSchool(id: string): Promise<void> {
  const answer = await run(commands.goOnWithSchool(id), () => void goOnWithSchool(id));
  if (answer.status === "error") return;
  follow(answer.data);
  if (!isIn(answer.data)) showGettingIn();
}

/**
 * Asks once, however often it is pressed. A refusal is told on the page, beside `place`; `waiting` is what is said when
 * it takes a while. The answer, or nothing when something else is being asked.
 */
export async function ask(
  deed: () => Promise<Answer<GettingIn>>,
  waiting: string | null,
  place: FaultPlace = "chief",
): Promise<Answer<GettingIn> | null> {
  if (gettingIn.asking) return null;
  gettingIn.asking = true;
  const timer = setTimeout(() => {
    if (!waiting) return;
    gettingIn.waiting = { words: waiting, place };
    announce(waiting);
  }, WHILE);
  try {
    const answer = await deed();
    gettingIn.fault = answer.status === "error" ? { ...answer.error, place } : null;
    if (answer.status === "ok") follow(answer.data);
    return answer;
  } finally {
    clearTimeout(timer);
    gettingIn.waiting = null;
    gettingIn.answers += 1;
    gettingIn.asking = false;
  }
}

/** Asks for a mail: its page is next, whichever form stood before it. */
export async function askForMail(...asked: Parameters<typeof ask>): Promise<Answer<GettingIn> | null> {
  const answer = await ask(...asked);
  // From the page of an older mail the step is the same, and the form that was chosen there would stay.
  if (answer?.status === "ok") gettingIn.form = null;
  return answer;
}

/** Asks by itself: nothing is said unless something has changed. */
export async function askQuietly(deed: () => Promise<Answer<GettingIn>>): Promise<void> {
  if (isAsking()) return;
  const { answers } = gettingIn;
  const answer = await deed();
  // What the person has done meanwhile is newer.
  if (answer.status === "ok" && answers === gettingIn.answers && !isAsking()) follow(answer.data);
}

/** Where an answer leads: to the next step, or into the school. */
export function follow(step: GettingIn): void {
  takeStep(step);
  if (isIn(step)) enter();
}

/** Into the school: its name stands on Today. */
export function enter(): void {
  const { step } = gettingIn;
  if (step?.step !== "arrived") return;
  if (navigation.where.page === "getting_in") goInstead({ page: "today", session: null, person: null });
  showNote(say("signed-in-to", { school: step.school }));
  forgetSchoolForm();
  void leave();
}

/** Back to where one was. What waits for a mail or for the school's answer goes on waiting. */
export function notNow(): void {
  const { step } = gettingIn;
  goBack();
  // The mail's link still leads in by itself, and the password is still known.
  if (step?.step !== "confirm") void leave();
}

/** To the beginning: another invitation, another address. */
export async function beginAnew(): Promise<void> {
  await ask(() => attempt(commands.leaveGettingIn()), null);
}

/** Whether the text holds an invitation; if so, its page is open. */
export async function openInvitation(text: string): Promise<boolean> {
  if (!mayInvite(text)) return false;
  const answer = await attempt(commands.readInvitation(text));
  if (answer.status === "error") {
    // Somebody who pasted such a link is told of that, rather than that nothing was found.
    const isLink = /firstbell:/i.test(text);
    if (isLink) showError(answer.error);
    return isLink;
  }
  schoolForm.invitation = text;
  follow(answer.data);
  showGettingIn();
  return true;
}

/** Calendars and whole books are not looked through for an invitation. */
export function mayInvite(text: string): boolean {
  return text.length < 100_000 && !/^\s*BEGIN:VCALENDAR/im.test(text);
}

function isAsking(): boolean {
  return gettingIn.asking;
}

function isIn(step: GettingIn): boolean {
  return step.step === "arrived" && step.approved;
}

async function leave(): Promise<void> {
  const answer = await attempt(commands.leaveGettingIn());
  if (answer.status === "ok") takeStep(answer.data);
}
