// The program itself: away, or ended.
import { send } from "../commands/attempt";
import { run } from "../commands/run";
import { dialogs, openDialog } from "../state/dialogs.svelte";
import { commands } from "../tauri";

export async function quit(anyway = false): Promise<void> {
  const answer = await run(commands.quit(anyway));
  if (answer.status === "ok" && answer.data.length > 0) askToQuit(answer.data);
}

export function askToQuit(bells: string[]): void {
  if (dialogs.open.some((one) => one.kind === "quit")) return;
  openDialog({ kind: "quit", bells });
}

export function hide(): void {
  void send(commands.hideWindow());
}
