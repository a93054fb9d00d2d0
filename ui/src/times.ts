// Times as people read them. Rust decides every instant and every date that is stored; here they are only shown.

export type HourClock = "12" | "24";
/** An hour as it is set: the half of the day stands apart, because it is small. */
export type Hour = { digits: string; half: string | null };
export type DateParts = { weekday: string; day: string; month: string; year: number };

/** The language of weekdays and months: the window's, not the computer's. Dates are composed by the words. */
const language = "en-GB";

const formats = new Map<string, Intl.DateTimeFormat>();
function format(zone: string, kind: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${language} ${zone} ${kind}`;
  let found = formats.get(key);
  if (!found) {
    try {
      found = new Intl.DateTimeFormat(language, { ...options, timeZone: zone });
    } catch {
      // A zone that this engine's tables do not know yet: UTC with wrong hours would be worse than the computer's own.
      found = new Intl.DateTimeFormat(language, options);
    }
    formats.set(key, found);
  }
  return found;
}

function parts(at: number, zone: string, kind: string, options: Intl.DateTimeFormatOptions): Map<string, string> {
  return new Map(format(zone, kind, options).formatToParts(at).map((part) => [part.type, part.value]));
}

export function instant(at: string | number): number {
  return typeof at === "number" ? at : Date.parse(at);
}

export function hour(at: string | number, zone: string, clock: HourClock): Hour {
  if (clock === "24") {
    const p = parts(instant(at), zone, "24", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
    return { digits: `${p.get("hour")}:${p.get("minute")}`, half: null };
  }
  const p = parts(instant(at), zone, "12", { hour: "numeric", minute: "2-digit", hourCycle: "h12" });
  return { digits: `${p.get("hour")}:${p.get("minute")}`, half: (p.get("dayPeriod") ?? "").toLowerCase() || null };
}

/** "16:00" or "4:00 pm", for sentences. */
export function hourWords(at: string | number, zone: string, clock: HourClock): string {
  const { digits, half } = hour(at, zone, clock);
  return half ? `${digits} ${half}` : digits;
}

/** The date in a zone, as 2026-11-24: a key that sorts and compares. */
export function dateIn(at: string | number, zone: string): string {
  const p = parts(instant(at), zone, "key", { year: "numeric", month: "2-digit", day: "2-digit" });
  return `${p.get("year")}-${p.get("month")}-${p.get("day")}`;
}

/** A calendar date has no zone; UTC's midnight stands for it only inside this file. */
function midnight(date: string): number {
  return Date.parse(`${date}T00:00:00Z`);
}

export function dateParts(date: string, width: "long" | "short" = "long"): DateParts {
  const p = parts(midnight(date), "UTC", `date ${width}`, { weekday: width, day: "numeric", month: width, year: "numeric" });
  return { weekday: p.get("weekday") ?? "", day: p.get("day") ?? "", month: p.get("month") ?? "", year: Number(date.slice(0, 4)) };
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
  const p = parts(instant(at), zone, "24", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  return Number(p.get("hour")) * 60 + Number(p.get("minute"));
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

/** The same instant on another person's wall, or null where it reads the same. */
export function elsewhere(at: string, here: string, there: string): { days: number } | null {
  const days = daysBetween(dateIn(at, here), dateIn(at, there));
  return days === 0 && minuteOfDay(at, here) === minuteOfDay(at, there) ? null : { days };
}

export function systemFirstDay(): number {
  type WithWeek = Intl.Locale & { getWeekInfo?: () => { firstDay: number } };
  try {
    const locale = new Intl.Locale(navigator.language) as WithWeek;
    return locale.getWeekInfo?.().firstDay ?? 1;
  } catch {
    // A computer set to the locale "C" has no language tag.
    return 1;
  }
}
