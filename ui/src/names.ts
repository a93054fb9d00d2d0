// How a session is called: its person first, where one is known.
import type { SessionRow } from "./tauri";

type Named = Pick<SessionRow, "person" | "subject" | "title">;

/** The bold part and what follows it. */
export function nameOf({ person, subject, title }: Named): { strong: string; rest: string } {
  if (!person) return { strong: title, rest: "" };
  return { strong: person, rest: subject ? `, ${subject}` : "" };
}

export function nameWords(named: Named): string {
  const { strong, rest } = nameOf(named);
  return strong + rest;
}
