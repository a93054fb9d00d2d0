// Calendar files, and what is pasted.
import { send } from "../commands/attempt";
import { run } from "../commands/run";
import { say } from "../i18n/say";
import { openDialog } from "../state/dialogs.svelte";
import { announce, notices, showNote, type Notice } from "../state/notices.svelte";
import { commands, type ImportWork } from "../tauri";
import { openInvitation } from "./getting-in";
import { addSession } from "./sessions";

export async function chooseFile(): Promise<void> {
  const answer = await run(commands.chooseCalendarFile());
  if (answer.status === "ok" && answer.data) openDialog({ kind: "import", preview: answer.data });
}

/** Returns whether something came of it, so that the paste dialog stays when nothing did. */
export async function paste(text: string): Promise<boolean> {
  if (await openInvitation(text)) return true;
  const answer = await run(commands.pasteText(text));
  if (answer.status === "error") return false;
  const { data } = answer;
  if (data.kind === "calendar") openDialog({ kind: "import", preview: data.preview });
  else if (data.kind === "link") addSession({ link: data.link });
  else showNote(say("paste-nothing"));
  return data.kind !== "nothing";
}

/** How far a file is read, for as long as that takes and the person leaves the line there. */
export function showReading(work: ImportWork | null): void {
  const file = work?.reading;
  const isShown = readingLine !== null && notices.line === readingLine;
  if (!file) {
    if (isShown) notices.line = null;
    readingLine = null;
  } else if (isShown || !readingLine) {
    const text = say("reading", { file, percent: work.percent });
    if (!readingLine) announce(text);
    readingLine = {
      text,
      severity: "plain",
      stays: true,
      offer: { label: say("stop"), take: () => void send(commands.stopImport()) },
    };
    notices.line = readingLine;
  }
}
let readingLine: Notice | null = null;
