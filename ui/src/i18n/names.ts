// How a session is called: its person first, where one is known.
import { say } from "./say";
import type { Also, SessionRow } from "../tauri";

type Named = Pick<SessionRow, "person" | "subject" | "title">;

/** The bold part, and the subject where it is not part of it. */
export function nameOf({ person, subject, title }: Named): { strong: string; subject: string } {
  return person ? { strong: person, subject: subject ?? "" } : { strong: title, subject: "" };
}

export function nameWords(named: Named): string {
  const { strong, subject } = nameOf(named);
  return subject ? say("name-subject", { name: strong, subject }) : strong;
}

/** Where else the same lesson stands. */
export function alsoWords({ school, with: person }: Also): string {
  if (school) return person ? say("also-at-with", { school, person }) : say("also-at", { school });
  return person ? say("also-here-with", { person }) : say("also-here");
}

/** Which school plans it, where there are several sources, and where else it stands. */
export function sourceWords({ school, also }: Pick<SessionRow, "school" | "also">): string {
  return [school ?? "", ...also.map(alsoWords)].filter((words) => words !== "").join(" · ");
}
