// The only folder that talks to the shell. What it says and the types it speaks are generated; see bindings.ts.
import { Channel } from "@tauri-apps/api/core";
import { commands, type AppError, type Boot, type Told } from "./bindings";

export { commands } from "./bindings";
export type * from "./bindings";

export type Answer<T> = { status: "ok"; data: T } | { status: "error"; error: AppError };

/** What the shell has put into the page, so that the first paint waits for nothing. */
export function handedBoot(): Boot | null {
  const handed = document.getElementById("boot")?.textContent;
  return handed ? (JSON.parse(handed) as Boot) : null;
}

/** It has been taken. */
export function dropBoot(): void {
  document.getElementById("boot")?.remove();
}

/** Opens the channel over which the window is told. Whether something has changed since its page was made. */
export function hearTold(take: (told: Told) => void): Promise<boolean> {
  return commands.listening(new Channel(take));
}
