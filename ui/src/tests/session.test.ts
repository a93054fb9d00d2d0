import { describe, expect, test } from "vitest";
import { distance, whenWords } from "../i18n/countdown";
import { byDay, dayAndMonth, headingOf, withLifted } from "../i18n/days";
import { joinFace } from "../sessions/join";
import { newlyOpen } from "../sessions/opened";
import { rulerOf, ticksOf } from "../sessions/ruler";
import { join, madrid, row } from "./rows";

const start = "2026-11-24T15:00:00Z";
const end = "2026-11-24T16:00:00Z";
const ben = row(start, end);
const at = (time: string) => Date.parse(`2026-11-24T${time}Z`);

describe("the card says how far off the session is", () => {
  test.each([
    [at("14:37:00"), "Next · in 23 min"],
    [at("14:00:00"), "Next · in 60 min"],
    [at("12:50:00"), "Next · in 2 h 10 min"],
    [at("15:00:20"), "Now · just started"],
    [at("15:03:30"), "Now · started 3 min ago"],
    [Date.parse("2026-11-22T15:00:00Z"), "Tuesday · in 2 days"],
    [Date.parse("2026-11-23T15:00:00Z"), "Next · tomorrow"],
    [Date.parse("2026-11-10T15:00:00Z"), "Tuesday 24 November · in 14 days"],
  ])("%#", (now, words) => {
    expect(whenWords(distance(now, ben, madrid, "24"))).toBe(words);
  });
  test("when it is over, it says since when, as people count their hours", () => {
    expect(whenWords(distance(at("16:00:00"), ben, madrid, "24"))).toBe("Ended 17:00");
    expect(whenWords(distance(at("16:40:00"), ben, madrid, "12"))).toBe("Ended 5:00 pm");
  });
  test("half an hour past midnight is near, though it is tomorrow", () => {
    const late = row("2026-11-24T23:30:00Z", "2026-11-25T00:30:00Z");
    expect(whenWords(distance(at("22:45:00"), late, madrid, "24"))).toBe("Next · in 45 min");
  });
});

describe("Join’s place", () => {
  const face = (state: Parameters<typeof join>[0], brass = false, over = {}, rowOver = {}) =>
    joinFace({ ...ben, ...rowOver, join: join(state, start, over) }, brass);
  test("is filled only where the brass is", () => {
    expect(face("open", true)).toEqual({ kind: "join", look: "filled", words: "join" });
    expect(face("in_progress", false)).toEqual({ kind: "join", look: "outline", words: "join" });
  });
  test("is an outline once opened, even where the brass would be", () => {
    expect(face("in_progress", true, { opened_at: start })).toEqual({ kind: "join", look: "outline", words: "again" });
  });
  test("asks before an address that nobody knows", () => {
    expect(face("open", true, { asks_host: "example.org" })).toMatchObject({ words: "asks" });
  });
  test("offers to add a link, unless people meet at a table, nobody is met, or somebody else has it", () => {
    const own = { allowed: ["edit" as const] };
    expect(face("no_link", false, {}, own)).toEqual({ kind: "add_link" });
    expect(face("no_link", false, {}, { ...own, place: "Library" })).toEqual({ kind: "none" });
    expect(face("no_link", false, {}, { ...own, busy: true })).toEqual({ kind: "none" });
    expect(face("no_link", false, {}, { allowed: ["join"] })).toEqual({ kind: "none" });
  });
  test("is empty for what is cancelled or marked, and text for what is over", () => {
    expect(face("cancelled")).toEqual({ kind: "none" });
    expect(face("final")).toEqual({ kind: "none" });
    expect(face("ended")).toEqual({ kind: "ended", at: end });
  });
});

describe("the ruler", () => {
  test("is the last hour before the start, a step a minute", () => {
    expect(rulerOf(at("14:37:00"), start, end)).toEqual({ of: "start", gone: 37 });
    expect(rulerOf(at("14:37:59"), start, end)).toEqual({ of: "start", gone: 37 });
    expect(rulerOf(at("14:00:00"), start, end)).toEqual({ of: "start", gone: 0 });
  });
  test("is absent an hour and more before, and after the end", () => {
    expect(rulerOf(at("13:59:59"), start, end)).toBeNull();
    expect(rulerOf(at("16:00:00"), start, end)).toBeNull();
  });
  test("is the session while it runs", () => {
    expect(rulerOf(at("15:45:00"), start, "2026-11-24T16:30:00Z")).toEqual({ of: "session", gone: 30 });
  });
  test("has a tick each five minutes and brass for the last five", () => {
    const ticks = ticksOf({ of: "start", gone: 37 });
    expect(ticks).toHaveLength(13);
    expect(ticks.filter((tick) => tick.kind === "end").map((tick) => tick.at)).toEqual([55, 60]);
    expect(ticks.filter((tick) => tick.kind === "gone").at(-1)?.at).toBe(35);
    expect(ticksOf({ of: "session", gone: 60 }).some((tick) => tick.kind === "end")).toBe(false);
  });
});

describe("days", () => {
  test("are headed by how near they are", () => {
    const today = "2026-11-24";
    expect(headingOf("2026-11-24", today)).toEqual({ heading: "Today", date: "" });
    expect(headingOf("2026-11-25", today)).toEqual({ heading: "Tomorrow", date: "Wednesday 25 November" });
    expect(headingOf("2026-11-26", today)).toEqual({ heading: "Thursday", date: "26 November" });
    expect(headingOf("2027-01-05", today)).toEqual({ heading: "Tuesday", date: "5 January 2027" });
    expect(headingOf("2026-11-23", today).heading).toBe("Yesterday");
    expect(dayAndMonth("2026-10-14", today, "short")).toBe("14 Oct");
    expect(dayAndMonth("2021-10-14", today, "short")).toBe("14 Oct 2021");
  });
  test("gather rows by the date here, not in UTC", () => {
    const late = row("2026-11-24T23:30:00Z", "2026-11-25T00:30:00Z");
    expect(byDay([ben, late], madrid).map((day) => day.date)).toEqual(["2026-11-24", "2026-11-25"]);
  });
  test("take the card’s session back, once and in its place", () => {
    const mia = row("2026-11-24T14:00:00Z", start, { person: "Mia" });
    const days = withLifted({
      card: ben,
      slim: null,
      zone: madrid,
      days: [{ date: "2026-11-24", label: "later_today", rows: [mia, ben] }],
    });
    expect(days.map((day) => day.rows.map((one) => one.person))).toEqual([["Mia", "Ben"]]);
  });
});

describe("what is spoken", () => {
  const opened = { ...ben, join: join("open", start) };
  const seen = (card: typeof ben) => ({ card, slim: null, days: [] });
  test("is a Join that has just opened", () => {
    expect(newlyOpen(seen(ben), seen(opened))?.id).toBe(ben.id);
  });
  test("is not one that was open already, nor one that I have opened", () => {
    expect(newlyOpen(seen(opened), seen(opened))).toBeNull();
    expect(newlyOpen(seen(ben), seen({ ...ben, join: join("open", start, { opened_at: start }) }))).toBeNull();
  });
});
