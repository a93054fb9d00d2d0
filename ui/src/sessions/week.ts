// Where each session stands in the week's grid: in quarters of an hour, and in lanes where some overlap.
import { dateIn, instant, minuteOfDay } from "../i18n/times";
import type { SessionRow } from "../tauri";

export type Placed = { row: SessionRow; from: number; quarters: number; lane: number; lanes: number };
export type Column = { date: string; placed: Placed[] };
export type Grid = { firstHour: number; hours: number; columns: Column[] };

/** A quarter's line is too little to hold a time and a name. */
const LEAST_QUARTERS = 2;

export function gridOf(dates: string[], rows: SessionRow[], zone: string): Grid {
  const byDate = dates.map((date) => rows.filter((row) => dateIn(row.start, zone) === date));
  const spans = byDate.flat().map((row) => span(row, zone));
  // The hours with something on, and one on each side, rather than an empty morning; an empty week is a working day.
  const firstHour = spans.length ? Math.max(0, Math.floor(Math.min(...spans.map(({ from }) => from)) / 60) - 1) : 9;
  const lastHour = spans.length ? Math.min(24, Math.ceil(Math.max(...spans.map(({ to }) => to)) / 60) + 1) : 17;
  const hours = Math.max(lastHour - firstHour, Math.min(6, 24 - firstHour));
  return {
    firstHour,
    hours,
    columns: dates.map((date, i) => ({ date, placed: place(byDate[i] ?? [], zone, firstHour) })),
  };
}

function span(row: SessionRow, zone: string): { from: number; to: number } {
  const from = minuteOfDay(row.start, zone);
  const length = (instant(row.end) - instant(row.start)) / 60_000;
  // What runs past midnight ends at the column's foot.
  return { from, to: Math.min(24 * 60, from + length) };
}

function place(rows: SessionRow[], zone: string, firstHour: number): Placed[] {
  const placed = rows
    .map((row) => {
      const { from, to } = span(row, zone);
      const quarter = Math.floor((from - firstHour * 60) / 15);
      return {
        row,
        from: quarter,
        quarters: Math.max(LEAST_QUARTERS, Math.round((to - from) / 15)),
        lane: 0,
        lanes: 1,
      };
    })
    .sort((a, b) => a.from - b.from || b.quarters - a.quarters);
  let cluster: Placed[] = [];
  let clusterEnds = -1;
  for (const one of placed) {
    if (one.from >= clusterEnds) cluster = [];
    const taken = new Set(cluster.filter((other) => other.from + other.quarters > one.from).map((other) => other.lane));
    while (taken.has(one.lane)) one.lane += 1;
    cluster.push(one);
    clusterEnds = Math.max(clusterEnds, one.from + one.quarters);
    const lanes = Math.max(...cluster.map((other) => other.lane)) + 1;
    for (const other of cluster) other.lanes = lanes;
  }
  return placed;
}
