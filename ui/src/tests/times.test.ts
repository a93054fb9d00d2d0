import { describe, expect, test } from "vitest";
import {
  around,
  dateIn,
  dateParts,
  daysBetween,
  elsewhere,
  hour,
  hourWords,
  isKnown,
  minutesSince,
  minutesUntil,
  placeOf,
  plusDays,
  weekOf,
} from "../i18n/times";
import { madrid, newYork } from "./rows";

const four = "2026-11-24T15:00:00Z";

test("an hour is set with two figures by the long clock", () => {
  expect(hour(four, madrid, "24")).toEqual({ digits: "16:00", half: null });
  expect(hour("2026-11-24T08:05:00Z", madrid, "24").digits).toBe("09:05");
  expect(hour("2026-11-23T23:00:00Z", madrid, "24").digits).toBe("00:00");
});

test("the short clock parts the half of the day, and noon and midnight are twelve", () => {
  expect(hour(four, madrid, "12")).toEqual({ digits: "4:00", half: "pm" });
  expect(hourWords("2026-11-24T11:30:00Z", madrid, "12")).toBe("12:30 pm");
  expect(hourWords("2026-11-23T23:15:00Z", madrid, "12")).toBe("12:15 am");
});

test("a date is the zone’s own", () => {
  expect(dateIn("2026-11-24T23:30:00Z", madrid)).toBe("2026-11-25");
  expect(dateIn("2026-11-24T23:30:00Z", newYork)).toBe("2026-11-24");
});

test("a zone of which nobody has told shows no hour, and is not held for the one here", () => {
  expect(hour(four, "Mars/Olympus", "24")).toEqual({ digits: "", half: null });
  expect(isKnown(four, "Mars/Olympus")).toBe(false);
  expect(elsewhere(four, madrid, "Mars/Olympus")).toBeNull();
});

test("parts of a date do not depend on where the computer is", () => {
  expect(dateParts("2026-11-24")).toEqual({ weekday: "Tuesday", day: "24", month: "November", year: 2026 });
  expect(dateParts("2026-01-01", "short").weekday).toBe("Thu");
});

test("days are counted over a change of clocks and of the year", () => {
  expect(daysBetween("2026-10-24", "2026-10-26")).toBe(2);
  expect(plusDays("2026-12-31", 1)).toBe("2027-01-01");
  expect(plusDays("2028-03-01", -1)).toBe("2028-02-29");
});

describe("a week", () => {
  test("begins on Monday, and a Sunday is its last day", () => {
    expect(weekOf("2026-11-29", 1)).toEqual([
      "2026-11-23",
      "2026-11-24",
      "2026-11-25",
      "2026-11-26",
      "2026-11-27",
      "2026-11-28",
      "2026-11-29",
    ]);
    expect(weekOf("2026-11-23", 1)[0]).toBe("2026-11-23");
  });
  test("begins on Sunday where people say so", () => {
    expect(weekOf("2026-11-24", 7)[0]).toBe("2026-11-22");
  });
  test("is asked for wide enough for every zone", () => {
    const { from, to } = around("2026-11-23", "2026-11-29");
    expect(dateIn(from, "Pacific/Kiritimati") <= "2026-11-23").toBe(true);
    expect(dateIn(to, "Pacific/Midway") > "2026-11-29").toBe(true);
  });
});

test("minutes until the start are rounded up, minutes since are rounded down", () => {
  expect(minutesUntil(Date.parse("2026-11-24T14:37:20Z"), four)).toBe(23);
  expect(minutesUntil(Date.parse("2026-11-24T14:37:00Z"), four)).toBe(23);
  expect(minutesSince(Date.parse("2026-11-24T15:03:59Z"), four)).toBe(3);
});

test("a zone is called by its place", () => {
  expect(placeOf(newYork)).toBe("New York");
  expect(placeOf("America/Argentina/Buenos_Aires")).toBe("Buenos Aires");
  expect(placeOf("UTC")).toBe("UTC");
});

test("another person’s clock is told only where it differs that day", () => {
  expect(elsewhere(four, madrid, newYork)).toEqual({ days: 0 });
  expect(elsewhere(four, madrid, "Europe/Paris")).toBeNull();
  expect(elsewhere("2026-11-24T22:30:00Z", madrid, "Asia/Tokyo")).toEqual({ days: 1 });
  expect(elsewhere("2026-11-24T03:30:00Z", madrid, newYork)).toEqual({ days: -1 });
});
