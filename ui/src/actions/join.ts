// Joining a session's meeting. Where that leads and whether it may be opened is decided in Rust.
import { run } from "../commands/run";
import { say } from "../i18n/say";
import { dialogs, openDialog } from "../state/dialogs.svelte";
import { announce, notices, showNote } from "../state/notices.svelte";
import { commands, type JoinAnswer, type SessionRow } from "../tauri";

export async function join(id: string, early = false, confirmed = false, row: SessionRow | null = null): Promise<void> {
  notices.notOpened = null;
  const answer = await run(commands.join(id, confirmed, early), () => void join(id, early, confirmed, row));
  if (answer.status === "ok") follow(answer.data, id, early, row);
}

/** Ctrl+J: which session that is, the core says. */
export async function joinWhatIsOpen(): Promise<void> {
  notices.notOpened = null;
  const answer = await run(commands.joinWhatIsOpen(), () => void joinWhatIsOpen());
  if (answer.status === "error") announce(answer.error.message);
  else if (answer.data) follow(answer.data.answer, answer.data.id, false, null);
  else showNote(say("nothing-open"));
}

function follow(answer: JoinAnswer, id: string, early: boolean, row: SessionRow | null): void {
  if (answer.kind === "browser_failed") sayNotOpened(id, early);
  if (answer.kind !== "ask" || dialogs.open.some((one) => one.kind === "open_host" && one.id === id)) return;
  openDialog({ kind: "open_host", id, early, row, host: answer.host, looksLike: answer.looks_like });
}

/** No browser could be started: the session's row says so, with its link to copy. */
export function sayNotOpened(id: string, early: boolean): void {
  notices.notOpened = { id, early };
  announce(say("browser-failed"));
}
