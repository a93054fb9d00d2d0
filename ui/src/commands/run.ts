// What a person does goes through here, so that every error is told in the way the one table says.
import { say } from "../i18n/say";
import { data } from "../state/data.svelte";
import { openDialog } from "../state/dialogs.svelte";
import { navigation } from "../state/navigation.svelte";
import { dropPassingNotice, notices, type Notice } from "../state/notices.svelte";
import { stored, touch } from "../state/topics.svelte";
import type { Answer, AppError, ErrorCode } from "../tauri";
import { errorTable } from "./errors";

type Retry = () => void;

/** The answer as it came; an error has been told by then. `retry` is what "Try again" would do. */
export async function run<T>(command: Promise<Answer<T>>, retry?: Retry): Promise<Answer<T>> {
  const answer = await command;
  if (answer.status === "error") showError(answer.error, retry);
  else dropPassingNotice();
  return answer;
}

/**
 * The same for what is only read, in the background (resource.svelte.ts): it leaves the line about what was done last
 * alone, but takes its own away.
 */
export function showOutcomeOfRead(answer: Answer<unknown>): void {
  if (answer.status === "error") {
    // Where the strip says already what is wrong with the store, a second line would only repeat it.
    if (ofStore.has(answer.error.code) && data.strip.some((one) => one.kind === "store")) return;
    showError(answer.error);
    readLine = notices.line;
  } else if (readLine && notices.line === readLine) {
    notices.line = null;
  }
}
let readLine: Notice | null = null;
const ofStore = new Set<ErrorCode>(["store_busy", "store_unusable"]);

export function showError(error: AppError, retry?: Retry): void {
  const told = errorTable[error.code];
  if (told.where === "dialog") {
    openDialog({ kind: "refused", message: error.message });
    return;
  }
  const offers = {
    none: null,
    reload: null,
    leave: null,
    try_again: retry ? { label: say("try-again"), take: retry } : null,
  };
  notices.line = { text: error.message, severity: told.severity, stays: told.stays, offer: offers[told.action] };
  if (told.action === "leave" && navigation.where.session) navigation.where = { ...navigation.where, session: null };
  if (told.action === "reload" || told.action === "leave") touch(stored);
}
