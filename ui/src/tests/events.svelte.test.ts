// How often is loaded for what the shell tells.
import { flushSync } from "svelte";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { resource } from "../commands/resource.svelte";
import { handleEvent } from "../events/listen";
import { keepSettingsCurrent, keepTodayCurrent } from "../pages/keep-current.svelte";
import { data } from "../state/data.svelte";
import { touch } from "../state/topics.svelte";
import type { Answer, AppEvent, Topic as ChangedTopic } from "../tauri";
import { boot, row } from "./rows";

const loads = vi.hoisted(() => ({ today: [] as number[], week: 0, settings: 0 }));
vi.mock("../tauri", () => ({
  commands: {
    today: (days: number) => {
      loads.today.push(days);
      return new Promise<never>(() => undefined);
    },
    settings: () => {
      loads.settings += 1;
      return Promise.resolve({ status: "ok", data: { hide_names: true } });
    },
  },
}));
vi.hoisted(() => vi.stubGlobal("navigator", { userAgent: "Linux" }));

const { today } = boot({
  card: row("2026-11-24T15:00:00Z", "2026-11-24T16:00:00Z"),
  more_after: true,
  is_empty: false,
});

let end: () => void;
let isShown = $state(true);
beforeEach(() => {
  data.begin(boot(today));
  data.daysAhead = 2;
  isShown = true;
  end = $effect.root(() => {
    keepTodayCurrent(() => isShown);
    keepSettingsCurrent();
    resource({
      topics: ["sessions", "people", "doors"],
      load: () => {
        loads.week += 1;
        return new Promise<Answer<never>>(() => undefined);
      },
    });
  });
  flushSync();
  loads.today = [];
  loads.week = 0;
});
afterEach(() => {
  end();
});

/** Each is told by itself, as the channel does. */
function tell(...events: AppEvent[]): { today: number; week: number } {
  const before = { today: loads.today.length, week: loads.week };
  for (const event of events) {
    handleEvent(event);
    flushSync();
  }
  return { today: loads.today.length - before.today, week: loads.week - before.week };
}

test("the first Today came with the page", () => {
  expect(loads.today).toEqual([]);
});

const now = "2026-11-24T14:01:00Z";
const changed = (...topics: ChangedTopic[]): AppEvent => ({
  kind: "changed",
  now,
  changes: topics.map((topic) => ({ cause: "another_host", workspace: "this_computer", topic })),
});

test("a minute that passes at rest is one load of Today, and none of a page that shows no minutes", () => {
  expect(tell(changed("minute"))).toEqual({ today: 1, week: 0 });
  expect(data.now).toBe(Date.parse(now));
});

test("what has changed is loaded where it is shown, once however much has changed", () => {
  expect(tell(changed("doors"))).toEqual({ today: 1, week: 1 });
  expect(tell(changed("rings"))).toEqual({ today: 1, week: 0 });
  expect(tell(changed("sessions", "people", "settings", "rings", "doors", "minute"))).toEqual({ today: 1, week: 1 });
});

test("what the tray has changed of the settings is known here, so that the next save does not take it back", async () => {
  const before = loads.settings;
  tell(changed("minute", "sessions", "doors"));
  expect(loads.settings - before).toBe(0);
  tell(changed("settings"));
  expect(loads.settings - before).toBe(1);
  await vi.waitFor(() => {
    expect(data.settings.hide_names).toBe(true);
  });
});

test("what is told of something else loads nothing", () => {
  expect(
    tell(
      { kind: "strip", strip: [{ kind: "bell_stopped", text: "The bell is started anew." }] },
      { kind: "dragged_over", over: true },
      { kind: "dragged_over", over: false },
    ),
  ).toEqual({ today: 0, week: 0 });
});

test("more days are one load of Today", () => {
  data.daysAhead = 14;
  flushSync();
  expect(loads).toMatchObject({ today: [14], week: 0 });
});

/** As the shell will tell it when only a minute has passed, and no door has opened. */
function minutePasses(): number {
  const before = loads.today.length;
  touch(["minute"]);
  flushSync();
  return loads.today.length - before;
}

test("the minute alone loads Today where it is shown, and otherwise with the new day", () => {
  expect(minutePasses()).toBe(1);
  isShown = false;
  expect(minutePasses()).toBe(0);
  data.now = Date.parse("2026-11-24T23:00:00Z");
  expect(minutePasses()).toBe(1);
});

test("what Today has missed while it was not shown is loaded when it is, and nothing else", () => {
  isShown = false;
  flushSync();
  isShown = true;
  flushSync();
  expect(loads.today).toEqual([]);
  isShown = false;
  expect(minutePasses()).toBe(0);
  isShown = true;
  flushSync();
  expect(loads.today).toEqual([2]);
});
