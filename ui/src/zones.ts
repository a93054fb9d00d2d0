// Time zones by the names people say: "New York", not "America/New_York".
import { placeOf } from "./times";

let known: Map<string, string> | null = null;

function places(): Map<string, string> {
  known ??= new Map(Intl.supportedValuesOf("timeZone").filter((zone) => zone.includes("/")).map((zone) => [placeOf(zone).toLowerCase(), zone]));
  return known;
}

/** All places, for suggestions. */
export function placeNames(): string[] {
  return [...places().values()].map(placeOf).sort((a, b) => a.localeCompare(b));
}

/** The zone's name for what was typed: a place, or the name itself. What nobody knows goes to Rust as typed, which says so. */
export function zoneFrom(typed: string): string | null {
  const text = typed.trim();
  if (!text) return null;
  return places().get(text.toLowerCase()) ?? text;
}
