// How far the clocks of zones are from UTC, and until when. The shell tells it with each answer, for every zone whose
// hours the answer shows; the window has no table of its own, and the engine's, which may be years old, is not asked.
import type { ZoneClock } from "../tauri";

type Span = { from: number; until: number; shift: number };

/** By zone, in order, without one over another. */
const spans = new Map<string, Span[]>();

export function learnOffsets(clocks: ZoneClock[]): void {
  for (const { zone, stretches } of clocks) {
    const told = stretches.map(({ from, until, seconds }) => ({
      from: Date.parse(from),
      until: Date.parse(until),
      shift: seconds * 1000,
    }));
    const [first] = told;
    const last = told.at(-1);
    if (!first || !last) continue;
    // What was told before holds where nothing is told now.
    const before = (spans.get(zone) ?? []).flatMap((span) => [
      { ...span, until: Math.min(span.until, first.from) },
      { ...span, from: Math.max(span.from, last.until) },
    ]);
    spans.set(
      zone,
      [...before, ...told].filter((span) => span.from < span.until).sort((a, b) => a.from - b.from),
    );
  }
}

/** What the zone's wall shows at an instant, read as if it were UTC; null where nothing was told of it. */
export function wallAt(at: number, zone: string): number | null {
  if (zone === "UTC") return at;
  const span = spans.get(zone)?.find(({ from, until }) => from <= at && at < until);
  return span ? at + span.shift : null;
}
