// The list draws what is near; the rest is drawn before it comes into sight.
import { app } from "./state.svelte";
import type { SessionRow } from "./tauri";

/** How far below the fold something is near: some rows, so that scrolling finds them drawn. */
const MARGIN = 240;
/** The height of a row, and how many of them the bar, the heading and the card take the place of. */
const ROW = 60;
const ABOVE = 5;

type Day = { rows: SessionRow[] };

/** Whole days until the window and what is near it are full. */
export function rowsInSight(height: number): number {
  return Math.ceil((height + MARGIN) / ROW) - ABOVE;
}

export function drawnOf<D extends Day>(days: D[], rows: number): D[] {
  let count = 0;
  const end = days.findIndex((day) => (count += day.rows.length) >= rows);
  return end === -1 ? days : days.slice(0, end + 1);
}

export function drawMore(): void {
  app.rowsDrawn += Math.ceil(window.innerHeight / ROW);
}

/** A row that is opened from elsewhere is drawn too, so that the list can show where it stands. */
export function drawUpTo(id: string): void {
  const rows = app.today.days.flatMap((day) => day.rows);
  app.rowsDrawn = Math.max(app.rowsDrawn, rows.findIndex((row) => row.id === id) + 1);
}

/** For an element after the last row: calls when it comes near. */
export function whenNear(take: () => void): (node: Element) => () => void {
  return (node) => {
    const observer = new IntersectionObserver((entries) => {
      if (entries.some((entry) => entry.isIntersecting)) take();
    }, { rootMargin: `0px 0px ${MARGIN}px` });
    observer.observe(node);
    return () => { observer.disconnect(); };
  };
}
