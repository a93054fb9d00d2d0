// Sessions for the tests: Ada in Madrid teaches Ben in New York.
import type { JoinState, SessionRow } from "../tauri";

export const madrid = "Europe/Madrid";
export const newYork = "America/New_York";

export function row(start: string, end: string, over: Partial<SessionRow> = {}): SessionRow {
  return {
    id: `${start}${over.person ?? "Ben"}`, version: 1, title: "Ben, Maths", person: "Ben", subject: "Maths", person_zone: newYork, start, end, zone: madrid,
    status: "SCHEDULED", join: join("opens_at", start), line: null, homework: null, provider: "Google Meet", busy: false, bell: true, place: null,
    in_series: false, source: "this_computer", allowed: [], ...over,
  };
}

export function join(state: JoinState, start: string, over: Partial<SessionRow["join"]> = {}): SessionRow["join"] {
  return { state, opens_at: new Date(Date.parse(start) - 300_000).toISOString(), closes_at: start, opened_at: null, asks_host: null, ...over };
}
