// Times as people read them. Rust decides every instant and every date that is stored; here they are only shown.
import { wallAt } from "./offsets";
import { say } from "./say";

export type HourClock = "12" | "24";
/** An hour as it is set: the half of the day stands apart, because it is small. */
export type Hour = { digits: string; half: string | null };
export type DateParts = { weekday: string; day: string; month: string; year: number };

const weekdays = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/** What the zone's wall shows, read as if it were UTC; null for a zone, or a time of it, that nobody has told of. */
function wall(at: string | number, zone: string): Date | null {
  const known = wallAt(instant(at), zone);
  return known === null ? null : new Date(known);
}

/** Whether it is known what the zone's clocks show then. No hour is better than a wrong one. */
export function isKnown(at: string | number, zone: string): boolean {
  return wall(at, zone) !== null;
}

const two = (number: number) => String(number).padStart(2, "0");

export function instant(at: string | number): number {
  return typeof at === "number" ? at : Date.parse(at);
}

export function hour(at: string | number, zone: string, clock: HourClock): Hour {
  const then = wall(at, zone);
  if (!then) return { digits: "", half: null };
  const hours = then.getUTCHours();
  const minutes = two(then.getUTCMinutes());
  if (clock === "24") return { digits: `${two(hours)}:${minutes}`, half: null };
  return { digits: `${hours % 12 || 12}:${minutes}`, half: hours < 12 ? say("before-noon") : say("after-noon") };
}

/** "16:00" or "4:00 pm", for sentences. */
export function hourWords(at: string | number, zone: string, clock: HourClock): string {
  const { digits, half } = hour(at, zone, clock);
  return half ? `${digits} ${half}` : digits;
}

/** The date in a zone, as 2026-11-24: a key that sorts and compares. UTC's where the zone's is not known. */
export function dateIn(at: string | number, zone: string): string {
  return (wall(at, zone) ?? new Date(instant(at))).toISOString().slice(0, 10);
}

/** A calendar date has no zone; UTC's midnight stands for it only inside this file. */
function midnight(date: string): number {
  return Date.parse(`${date}T00:00:00Z`);
}

export function dateParts(date: string, width: "long" | "short" = "long"): DateParts {
  const then = new Date(midnight(date));
  const day = weekdays[then.getUTCDay()] ?? "";
  const month = months[then.getUTCMonth()] ?? "";
  return {
    weekday: width === "long" ? say("weekday-long", { day }) : say("weekday-short", { day }),
    day: String(then.getUTCDate()),
    month: width === "long" ? say("month-long", { month }) : say("month-short", { month }),
    year: then.getUTCFullYear(),
  };
}

export function daysBetween(from: string, to: string): number {
  return Math.round((midnight(to) - midnight(from)) / 86_400_000);
}

export function plusDays(date: string, days: number): string {
  return new Date(midnight(date) + days * 86_400_000).toISOString().slice(0, 10);
}

/** The seven dates of the week that holds `date`; `firstDay` is 1 for Monday to 7 for Sunday. */
export function weekOf(date: string, firstDay: number): string[] {
  const weekday = new Date(midnight(date)).getUTCDay() || 7;
  const first = plusDays(date, -((weekday - firstDay + 7) % 7));
  return Array.from({ length: 7 }, (_, i) => plusDays(first, i));
}

/** Instants sure to enclose these dates in any zone; what falls outside is sorted out by `dateIn`. */
export function around(firstDate: string, lastDate: string): { from: string; to: string } {
  return {
    from: new Date(midnight(firstDate) - 14 * 3_600_000).toISOString(),
    to: new Date(midnight(lastDate) + 38 * 3_600_000).toISOString(),
  };
}

/** Minutes since midnight in a zone. */
export function minuteOfDay(at: string | number, zone: string): number {
  const then = wall(at, zone) ?? new Date(instant(at));
  return then.getUTCHours() * 60 + then.getUTCMinutes();
}

/** Whole minutes from now until then, rounded up: at 15:37:20 a session at 16:00 is "in 23 min". */
export function minutesUntil(now: number, at: string | number): number {
  return Math.ceil((instant(at) - now) / 60_000);
}

/** Whole minutes since then, rounded down. */
export function minutesSince(now: number, at: string | number): number {
  return Math.floor((now - instant(at)) / 60_000);
}

/** "America/New_York" is spoken "New York". */
export function placeOf(zone: string): string {
  return (zone.split("/").at(-1) ?? zone).replaceAll("_", " ");
}

/** The same instant on another person's wall, or null where it reads the same or is not known. */
export function elsewhere(at: string, here: string, there: string): { days: number } | null {
  if (!isKnown(at, there)) return null;
  const days = daysBetween(dateIn(at, here), dateIn(at, there));
  return days === 0 && minuteOfDay(at, here) === minuteOfDay(at, there) ? null : { days };
}

export function systemFirstDay(): number {
  try {
    // An engine may be older than the types.
    const locale: { getWeekInfo?: () => { firstDay: number } } = new Intl.Locale(navigator.language);
    return locale.getWeekInfo?.().firstDay ?? 1;
  } catch {
    // A computer set to the locale "C" has no language tag.
    return 1;
  }
}
