import { expect, test } from "vitest";
import { weekOf } from "../i18n/times";
import { gridOf } from "../sessions/week";
import { madrid, row } from "./rows";

const dates = weekOf("2026-11-24", 1);
const ben = row("2026-11-24T15:00:00Z", "2026-11-24T16:00:00Z");

test("the hours shown are those with something on, and one on each side", () => {
  const grid = gridOf(dates, [ben, row("2026-11-26T17:45:00Z", "2026-11-26T18:30:00Z")], madrid);
  expect([grid.firstHour, grid.hours]).toEqual([15, 6]);
});

test("an empty week shows a working day", () => {
  const grid = gridOf(dates, [], madrid);
  expect([grid.firstHour, grid.hours]).toEqual([9, 8]);
});

test("a session stands at its quarter for as long as it lasts", () => {
  const grid = gridOf(dates, [ben, row("2026-11-26T17:45:00Z", "2026-11-26T18:30:00Z", { person: "Eva" })], madrid);
  expect(grid.columns[1]?.placed[0]).toMatchObject({ from: 4, quarters: 4, lane: 0, lanes: 1 });
  expect(grid.columns[3]?.placed[0]).toMatchObject({ from: 15, quarters: 3 });
});

test("what overlaps shares the column; what follows has it all again", () => {
  const eva = row("2026-11-24T15:45:00Z", "2026-11-24T16:30:00Z", { person: "Eva" });
  const mia = row("2026-11-24T16:30:00Z", "2026-11-24T17:30:00Z", { person: "Mia" });
  const placed = gridOf(dates, [ben, eva, mia], madrid).columns[1]?.placed ?? [];
  expect(placed.map(({ lane, lanes }) => [lane, lanes])).toEqual([
    [0, 2],
    [1, 2],
    [0, 1],
  ]);
});

test("a session past midnight ends at the day’s foot and stays in its day", () => {
  const late = row("2026-11-24T22:30:00Z", "2026-11-25T00:30:00Z");
  const grid = gridOf(dates, [late], madrid);
  expect(grid.columns[1]?.placed[0]?.quarters).toBe(2);
  expect(grid.firstHour + grid.hours).toBeLessThanOrEqual(24);
});
