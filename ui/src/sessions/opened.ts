// The one change of state that is spoken: a Join that has opened since the last look.
import { isOpen } from "./join";
import type { SessionRow, Today } from "../tauri";

type Seen = Pick<Today, "card" | "slim" | "days">;

export function newlyOpen(before: Seen, after: Seen): SessionRow | null {
  const waiting = new Set(
    all(before)
      .filter((row) => row.join.state === "opens_at")
      .map((row) => row.id),
  );
  return all(after).find((row) => waiting.has(row.id) && isOpen(row) && !row.join.opened_at) ?? null;
}

function all({ card, slim, days }: Seen): SessionRow[] {
  return [card, slim, ...days.flatMap((day) => day.rows)].filter((row) => row !== null);
}
