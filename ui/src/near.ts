// The list draws what is near; the rest is drawn before it comes into sight.
import { app } from "./state.svelte";
import type { SessionRow } from "./tauri";

/** How far below the fold something is near: some rows, so that scrolling finds them drawn. */
const MARGIN = 120;
/** The height of a row, and of what stands above the first one: the bar, the heading, the card, the day's name. */
const ROW = 60;
const ABOVE = 400;
/** How many days after today are loaded without being asked for. The first page has the first of them. */
const DAYS = 14;

type Day = { rows: SessionRow[] };

/** Rows until a window of this height, and what is near it, are full. */
export function rowsInSight(height: number): number {
  return Math.max(1, Math.ceil((height - ABOVE + MARGIN) / ROW));
}

/** The first rows, under their days. */
export function drawnOf<D extends Day>(days: D[], rows: number): D[] {
  const drawn: D[] = [];
  let left = rows;
  for (const day of days) {
    if (left <= 0) break;
    drawn.push(day.rows.length > left ? { ...day, rows: day.rows.slice(0, left) } : day);
    left -= day.rows.length;
  }
  return drawn;
}

/** Whether the list goes on by itself after what is drawn. */
export function goesOn(days: Day[], drawn: Day[]): boolean {
  return drawn.length < days.length || drawn.at(-1) !== days.at(-1) || (app.today.more_after && app.daysAhead < DAYS);
}

/** The end of what is drawn has come near. */
export function goOn(): void {
  const rows = app.today.days.reduce((count, day) => count + day.rows.length, 0);
  if (app.rowsDrawn >= rows && app.daysAhead < DAYS) loadDays();
  app.rowsDrawn += Math.ceil(window.innerHeight / ROW);
}

/** Whoever goes through the list by keys finds all of it. */
export function drawAll(): void {
  app.rowsDrawn = Infinity;
  if (app.daysAhead < DAYS) loadDays();
}

/** A row that is opened from elsewhere is drawn too, so that the list can show where it stands. */
export function drawUpTo(id: string): void {
  const rows = app.today.days.flatMap((day) => day.rows);
  app.rowsDrawn = Math.max(app.rowsDrawn, rows.findIndex((row) => row.id === id) + 1);
}

function loadDays(): void {
  app.daysAhead = DAYS;
  app.turn += 1;
}

/** For an element after the last row: calls for as long as it is near. */
export function whenNear(take: () => void): (node: Element) => () => void {
  return (node) => {
    const observer = new IntersectionObserver(
      (entries) => {
        if (!entries.some((entry) => entry.isIntersecting)) return;
        take();
        // What came may not have moved it away; only a new look tells.
        observer.unobserve(node);
        observer.observe(node);
      },
      { rootMargin: `0px 0px ${MARGIN}px` },
    );
    observer.observe(node);
    return () => {
      observer.disconnect();
    };
  };
}
