// "in 23 min", "started 3 min ago", "Thursday · in 2 days".
import { say } from "./say";
import {
  dateIn,
  dateParts,
  daysBetween,
  hourWords,
  instant,
  minutesSince,
  minutesUntil,
  type HourClock,
} from "./times";
import type { SessionRow } from "../tauri";

export type Distance =
  | { kind: "running"; minutes: number }
  | { kind: "over"; time: string }
  | { kind: "minutes"; minutes: number }
  | { kind: "hours"; hours: number; minutes: number }
  | { kind: "days"; days: number; date: string };

export function distance(
  now: number,
  row: Pick<SessionRow, "start" | "end">,
  zone: string,
  clock: HourClock,
): Distance {
  if (now >= instant(row.end)) return { kind: "over", time: hourWords(row.end, zone, clock) };
  if (now >= instant(row.start)) return { kind: "running", minutes: minutesSince(now, row.start) };
  const minutes = minutesUntil(now, row.start);
  const date = dateIn(row.start, zone);
  const days = daysBetween(dateIn(now, zone), date);
  // A night between does not make an hour into a day.
  if (days > 0 && minutes >= 180) return { kind: "days", days, date };
  return minutes <= 60
    ? { kind: "minutes", minutes }
    : { kind: "hours", hours: Math.floor(minutes / 60), minutes: minutes % 60 };
}

/** Without saying which session: "In 23 min", for a row or a page that names it already. */
export function distanceWords(d: Distance): string {
  switch (d.kind) {
    case "running":
      return d.minutes < 1 ? say("just-started") : say("started-ago", { minutes: d.minutes });
    case "over":
      return say("ended", { time: d.time });
    case "minutes":
      return say("in-minutes", { minutes: d.minutes });
    case "hours":
      return d.minutes === 0
        ? say("in-hours", { hours: d.hours })
        : say("in-hours-minutes", { hours: d.hours, minutes: d.minutes });
    case "days":
      return d.days === 1 ? say("tomorrow-lower") : say("in-days", { days: d.days });
  }
}

/** The card's first line. */
export function whenWords(d: Distance): string {
  const words = distanceWords(d);
  switch (d.kind) {
    case "running":
      return say("when-now", { words });
    case "over":
      return words;
    case "minutes":
    case "hours":
      return say("when-next", { words });
    case "days": {
      if (d.days === 1) return say("when-next", { words });
      const { weekday, day, month } = dateParts(d.date);
      return d.days < 7
        ? say("when-day", { day: weekday, words })
        : say("when-day", { day: say("date-long", { weekday, day, month }), words });
    }
  }
}
