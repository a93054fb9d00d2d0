// Time zones by the names people say: "New York", not "America/New_York". The names are those of the core's table.
import { placeOf } from "../i18n/times";
import { send } from "../commands/attempt";
import { commands } from "../tauri";

let known = new Map<string, string>();

/** All places, for suggestions. The table stays the same for as long as the program runs. */
export async function placeNames(): Promise<string[]> {
  if (known.size === 0) {
    known = new Map((await send(commands.zoneNames())).map((zone) => [placeOf(zone).toLowerCase(), zone]));
  }
  return [...known.values()].map(placeOf).sort((a, b) => a.localeCompare(b));
}

/** The zone's name for what was typed: a place, or the name itself. What is not among them goes to Rust as typed. */
export function zoneFrom(typed: string): string | null {
  const text = typed.trim();
  if (!text) return null;
  return known.get(text.toLowerCase()) ?? text;
}
