import { expect, test } from "vitest";
import { drawnOf, rowsInSight } from "../near";
import { row } from "./rows";

const day = (date: string, count: number) => ({
  date,
  rows: Array.from({ length: count }, (_, i) =>
    row(`${date}T${String(9 + i).padStart(2, "0")}:00:00Z`, `${date}T${String(10 + i).padStart(2, "0")}:00:00Z`),
  ),
});
const days = [day("2026-11-24", 3), day("2026-11-25", 4), day("2026-11-26", 2)];
const counts = (rows: number) => drawnOf(days, rows).map((one) => one.rows.length);

test("the first rows are drawn under their days, and a day may go on later", () => {
  expect(counts(3)).toEqual([3]);
  expect(counts(5)).toEqual([3, 2]);
  expect(counts(7)).toEqual([3, 4]);
  expect(counts(99)).toEqual([3, 4, 2]);
  expect(counts(Infinity)).toEqual([3, 4, 2]);
});

test("a day that is drawn whole is the same one, so that it is not drawn anew", () => {
  expect(drawnOf(days, 7)[1]).toBe(days[1]);
});

test("a higher window begins with more rows, and the lowest with one", () => {
  expect(rowsInSight(1400)).toBeGreaterThan(rowsInSight(700));
  expect(rowsInSight(0)).toBe(1);
});
