// The only folder that talks to the shell. What it says and the types it speaks are generated; see bindings.ts.
import { Channel } from "@tauri-apps/api/core";
import { learn } from "../stretches";
import { commands as generated, type AppError, type AppEvent, type Boot, type Zoned } from "./bindings";

export type * from "./bindings";

export type Answer<T> = { status: "ok"; data: T } | { status: "error"; error: AppError };

/** The same command; the clocks that come with its answer are known before anybody shows an hour of it. */
function learning<Given extends unknown[], T>(
  command: (...given: Given) => Promise<Answer<Zoned<T>>>,
): (...given: Given) => Promise<Answer<T>> {
  return async (...given) => {
    const answer = await command(...given);
    if (answer.status === "error") return answer;
    learn(answer.data.clocks);
    return { status: "ok", data: answer.data.said };
  };
}

export const commands = {
  ...generated,
  between: learning(generated.between),
  past: learning(generated.past),
  search: learning(generated.search),
  people: learning(generated.people),
  personSessions: learning(generated.personSessions),
  session: learning(generated.session),
  bell: learning(generated.bell),
};

/** What the shell has put into the page, so that the first paint waits for nothing. It is there once. */
export function takeHandedBoot(): Boot | null {
  const handed = document.getElementById("boot");
  handed?.remove();
  return handed?.textContent ? (JSON.parse(handed.textContent) as Boot) : null;
}

/** Opens the channel over which the window is told. Whether something has changed since its page was made. */
export function hearTold(take: (event: AppEvent) => void): Promise<boolean> {
  return commands.listening(new Channel(take));
}
