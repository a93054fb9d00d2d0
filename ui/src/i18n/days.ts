// Headings of days, and rows gathered under them.
import { say } from "./say";
import { dateIn, dateParts, daysBetween } from "./times";
import type { SessionRow, Today } from "../tauri";

export type DayOfRows = { date: string; rows: SessionRow[] };

/** In the order in which the rows come: past ones run backwards. */
export function byDay(rows: SessionRow[], zone: string): DayOfRows[] {
  const days: DayOfRows[] = [];
  for (const row of rows) {
    const date = dateIn(row.start, zone);
    const day = days.find((one) => one.date === date);
    if (day) day.rows.push(row);
    else days.push({ date, rows: [row] });
  }
  return days;
}

export function dateWords(date: string): string {
  const { weekday, day, month } = dateParts(date);
  return say("date-long", { weekday, day, month });
}

/** "Tomorrow" with its date beside; "Thursday" with day and month; far off with the year where it is another. */
export function headingOf(date: string, today: string): { heading: string; date: string } {
  const { weekday } = dateParts(date);
  const distance = daysBetween(today, date);
  if (distance === 0) return { heading: say("today"), date: "" };
  if (distance === 1) return { heading: say("tomorrow"), date: dateWords(date) };
  if (distance === -1) return { heading: say("yesterday"), date: dateWords(date) };
  return { heading: weekday, date: dayAndMonth(date, today) };
}

/** "26 November", with the year where it is not today's. */
export function dayAndMonth(date: string, today: string, width: "long" | "short" = "long"): string {
  const { day, month, year } = dateParts(date, width);
  return today.startsWith(`${year}-`)
    ? say("date-day", { day, month })
    : say("date-year", { day, month, year: String(year) });
}

/** The card's and the slim line's sessions put back among the days: beside a session's page the list has no card. */
export function withLifted({
  card,
  slim,
  days,
  zone,
}: Pick<Today, "card" | "slim" | "days" | "zone">): (DayOfRows & { label: "weekday" })[] {
  const rows = [card, slim, ...days.flatMap((day) => day.rows)].filter((row) => row !== null);
  const once = rows.filter((row, at) => rows.findIndex((other) => other.id === row.id) === at);
  return byDay(
    once.sort((a, b) => a.start.localeCompare(b.start)),
    zone,
  ).map((day) => ({ ...day, label: "weekday" }));
}
