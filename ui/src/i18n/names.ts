// How a session is called: its person first, where one is known.
import { say } from "./say";
import type { SessionRow } from "../tauri";

type Named = Pick<SessionRow, "person" | "subject" | "title">;

/** The bold part, and the subject where it is not part of it. */
export function nameOf({ person, subject, title }: Named): { strong: string; subject: string } {
  return person ? { strong: person, subject: subject ?? "" } : { strong: title, subject: "" };
}

export function nameWords(named: Named): string {
  const { strong, subject } = nameOf(named);
  return subject ? say("name-subject", { name: strong, subject }) : strong;
}
