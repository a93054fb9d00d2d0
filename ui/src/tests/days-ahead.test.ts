import { beforeEach, expect, test } from "vitest";
import { goesOn, loadDays, showMoreDays } from "../actions/days";
import { data } from "../state/data.svelte";
import type { Today } from "../tauri";

const today = (more: boolean) => ({ clocks: [], more_after: more }) as unknown as Today;

beforeEach(() => {
  data.daysAhead = 2;
});

test("the fortnight is asked for once, and then only by the person, seven weeks at a time", () => {
  data.takeToday(today(true));
  expect(goesOn()).toBe(true);
  loadDays();
  expect(data.daysAhead).toBe(14);
  expect(goesOn()).toBe(false);
  showMoreDays();
  loadDays();
  expect(data.daysAhead).toBe(63);
});

test("where nothing comes after the first days, nothing is asked for", () => {
  data.takeToday(today(false));
  loadDays();
  expect(data.daysAhead).toBe(2);
});
