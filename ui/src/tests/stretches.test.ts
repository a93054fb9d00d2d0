import { expect, test } from "vitest";
import { learn, wallOf } from "../stretches";
import { dateIn, hour } from "../times";

const summer = { from: "2026-03-29T01:00:00Z", until: "2026-10-25T01:00:00Z", seconds: 7200 };
const winter = { from: "2026-10-25T01:00:00Z", until: "2027-03-28T01:00:00Z", seconds: 3600 };

/** What Intl says, through a zone of the same clocks that nothing was learnt of. */
function byIntl(at: number): { digits: string; date: string } {
  return { digits: hour(at, "Europe/Paris", "24").digits, date: dateIn(at, "Europe/Paris") };
}

test("what the shell tells of a zone gives the times that Intl gives", () => {
  learn("Europe/Madrid", [summer, winter]);
  for (let at = Date.parse(summer.from); at < Date.parse(winter.until); at += 47 * 60_000) {
    expect({ digits: hour(at, "Europe/Madrid", "24").digits, date: dateIn(at, "Europe/Madrid") }).toEqual(byIntl(at));
  }
});

test("outside of what was told Intl is asked", () => {
  learn("Europe/Madrid", [winter]);
  expect(wallOf(Date.parse("2026-07-01T12:00:00Z"), "Europe/Madrid")).toBeNull();
  expect(hour("2026-07-01T12:00:00Z", "Europe/Madrid", "24").digits).toBe("14:00");
  expect(hour(winter.until, "Europe/Madrid", "24").digits).toBe("03:00");
});
