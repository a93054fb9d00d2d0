// For the few that tell an error themselves, beside the field or button that it is about, and for what cannot fail.
import type { Answer } from "../tauri";

/** The answer as it came. Whoever asks shows `error.message`; nothing else tells it. */
export function attempt<T>(command: Promise<Answer<T>>): Promise<Answer<T>> {
  return command;
}

/** A command without a refusal. One that can be refused does not fit here. */
export function send<T>(command: Promise<T extends Answer<unknown> ? never : T>): Promise<T> {
  return command;
}
