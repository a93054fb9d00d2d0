// Every command goes through here, so that every error is told in the way the one table says.
import { mannerOf } from "./errors";
import { app, type Line, type Question } from "./state.svelte";
import { commands, type Answer, type AppError, type ErrorCode, type ImportWork } from "./tauri";
import { say } from "./words";

type Again = () => void;

/** The answer as it came; an error has been told by then. `again` is what "Try again" would do. */
export async function ask<T>(command: Promise<Answer<T>>, again?: Again): Promise<Answer<T>> {
  const answer = await command;
  if (answer.status === "error") tell(answer.error, again);
  else if (app.line && !app.line.stays) app.line = null;
  return answer;
}

/** The same for what is only read, in the background: it leaves the last deed's line alone, but takes its own away. */
export async function look<T>(command: Promise<Answer<T>>): Promise<Answer<T>> {
  const answer = await command;
  if (answer.status === "error") {
    // Where the strip says already what is wrong with the store, a second line would only repeat it.
    if (ofStore.has(answer.error.code) && app.strip.some((one) => one.kind === "store")) return answer;
    tell(answer.error);
    lookLine = app.line;
  } else if (lookLine && app.line === lookLine) {
    app.line = null;
  }
  return answer;
}
let lookLine: Line | null = null;
const ofStore = new Set<ErrorCode>(["store_busy", "store_unusable"]);

export function tell(error: AppError, again?: Again): void {
  const manner = mannerOf(error.code);
  if (manner.where === "dialog") {
    put({ kind: "refused", message: error.message });
    return;
  }
  const offers = {
    none: null,
    reload: null,
    leave: null,
    try_again: again ? { label: say("try-again"), take: again } : null,
  };
  app.line = { text: error.message, severity: manner.severity, stays: manner.stays, offer: offers[manner.action] };
  if (manner.action === "leave" && app.where.session) app.where = { ...app.where, session: null };
  if (manner.action === "reload" || manner.action === "leave") app.turn += 1;
}

/** A line that only says that something is done. It is spoken too, and goes by itself. */
export function note(text: string): void {
  const line: Line = { text, severity: "plain", stays: false, offer: null };
  app.line = line;
  announce(text);
  setTimeout(() => {
    if (app.line === line) app.line = null;
  }, 8_000);
}

/** How far a file is read, for as long as that takes and the person leaves the line there. */
export function tellReading(work: ImportWork | null): void {
  const file = work?.reading;
  const isShown = readingLine !== null && app.line === readingLine;
  if (!file) {
    if (isShown) app.line = null;
    readingLine = null;
  } else if (isShown || !readingLine) {
    const text = say("reading", { file, percent: work.percent });
    if (!readingLine) announce(text);
    readingLine = {
      text,
      severity: "plain",
      stays: true,
      offer: { label: say("stop"), take: () => void commands.stopImport() },
    };
    app.line = readingLine;
  }
}
let readingLine: Line | null = null;

let keys = 0;
export function put(question: Question): void {
  keys += 1;
  app.asked = [...app.asked, { ...question, key: keys }];
}

export function close(key: number): void {
  app.asked = app.asked.filter((one) => one.key !== key);
}

/** Spoken once by a screen reader. The same words twice in a row are told apart by a blank. */
export function announce(words: string): void {
  app.said = app.said === words ? `${words}\u00a0` : words;
}
