// The only folder that talks to the shell. What it says and the types it speaks are generated; see bindings.ts.
import { Channel } from "@tauri-apps/api/core";
import { learnOffsets } from "../i18n/offsets";
import { commands as generated, type AppError, type AppEvent, type Boot, type Zoned } from "./bindings";

export type * from "./bindings";

export type Answer<T> = { status: "ok"; data: T } | { status: "error"; error: AppError };

type Command = (...given: never[]) => Promise<unknown>;
type WithoutClocks<C extends Command> = C extends (...given: infer Given) => Promise<Answer<Zoned<infer T>>>
  ? (...given: Given) => Promise<Answer<T>>
  : C;

/** The same command; the clocks that come with its answer are known before anybody shows an hour of it. */
function withoutClocks(command: (...given: unknown[]) => Promise<unknown>) {
  return async (...given: unknown[]) => {
    const answer = await command(...given);
    if (!isZoned(answer)) return answer;
    learnOffsets(answer.data.clocks);
    return { status: "ok", data: answer.data.said };
  };
}

function isZoned(answer: unknown): answer is { status: "ok"; data: Zoned<unknown> } {
  const data: unknown = answer && typeof answer === "object" && "data" in answer ? answer.data : null;
  return data !== null && typeof data === "object" && "said" in data && "clocks" in data;
}

type Generated = typeof generated;
export const commands = Object.fromEntries(
  Object.entries(generated).map(([name, command]) => [
    name,
    withoutClocks(command as (...given: unknown[]) => Promise<unknown>),
  ]),
) as { [Name in keyof Generated]: WithoutClocks<Generated[Name]> };

/** What the shell has put into the page, so that the first paint waits for nothing. It is there once. */
export function takeHandedBoot(): Boot | null {
  const handed = document.getElementById("boot");
  handed?.remove();
  return handed?.textContent ? (JSON.parse(handed.textContent) as Boot) : null;
}

/** Opens the channel over which the window is told. Whether something has changed since its page was made. */
export function openEventChannel(take: (event: AppEvent) => void): Promise<boolean> {
  return commands.listening(new Channel(take));
}
