// What stands in Join's place, for one session. Rust says which state it is in; here the state gets its face.
import type { SessionRow } from "../tauri";

export type JoinFace =
  | { kind: "none" }
  | { kind: "later"; opens: string }
  | { kind: "add_link" }
  | { kind: "join"; look: "filled" | "outline"; words: "join" | "again" | "asks" }
  | { kind: "ended"; at: string };

/** `brass` is whether this place may be filled: of all that are open, one is. */
export function joinFace(
  row: Pick<SessionRow, "join" | "end" | "place" | "busy" | "allowed">,
  brass: boolean,
): JoinFace {
  const { join } = row;
  switch (join.state) {
    case "cancelled":
    case "final":
      return { kind: "none" };
    case "ended":
      return { kind: "ended", at: row.end };
    case "no_link":
      // Someone who meets at a table needs no link; at a school it is the tutor who has one.
      return row.place || row.busy || !row.allowed.includes("edit") ? { kind: "none" } : { kind: "add_link" };
    case "opens_at":
      return { kind: "later", opens: join.opens_at };
    case "open":
    case "in_progress":
      if (join.opened_at) return { kind: "join", look: "outline", words: "again" };
      return { kind: "join", look: brass ? "filled" : "outline", words: join.asks_host ? "asks" : "join" };
  }
}

export function isOpen(row: Pick<SessionRow, "join">): boolean {
  return row.join.state === "open" || row.join.state === "in_progress";
}
