import { beforeEach, expect, test } from "vitest";
import { goesOn, loadDays } from "../near";
import { app } from "../state.svelte";
import type { Today } from "../tauri";

const today = (more: boolean) => ({ clocks: [], more_after: more }) as unknown as Today;

beforeEach(() => {
  app.daysAhead = 2;
  app.turn = 0;
});

test("the fortnight is asked for once", () => {
  app.take(today(true));
  expect(goesOn()).toBe(true);
  loadDays();
  loadDays();
  expect({ days: app.daysAhead, turn: app.turn }).toEqual({ days: 14, turn: 1 });
  expect(goesOn()).toBe(false);
});

test("where nothing comes after the first days, nothing is asked for", () => {
  app.take(today(false));
  loadDays();
  expect({ days: app.daysAhead, turn: app.turn }).toEqual({ days: 2, turn: 0 });
});
