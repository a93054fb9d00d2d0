// How far a zone's clocks are from UTC, and until when. The shell tells it for the zone of the page, so that
// the first page needs nothing of Intl, whose tables cost more than all the rest of it.
import type { Stretch } from "./tauri";

type Span = { from: number; until: number; shift: number };

const spans = new Map<string, Span[]>();

export function learn(zone: string, stretches: Stretch[]): void {
  spans.set(zone, stretches.map(({ from, until, seconds }) => ({ from: Date.parse(from), until: Date.parse(until), shift: seconds * 1000 })));
}

/** What the zone's wall shows at an instant, read as if it were UTC; null where only Intl knows. */
export function wallOf(at: number, zone: string): number | null {
  if (zone === "UTC") return at;
  const span = spans.get(zone)?.find(({ from, until }) => from <= at && at < until);
  return span ? at + span.shift : null;
}
