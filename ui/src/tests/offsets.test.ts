import { beforeEach, expect, test, vi } from "vitest";
import type { learn as Learn, wallOf as WallOf } from "../stretches";
import { stretch } from "./rows";

const summer = stretch("2026-03-29T01", "2026-10-25T01", 2);
const winter = stretch("2026-10-25T01", "2027-03-28T01", 1);
const zone = "Europe/Madrid";

let learn: typeof Learn;
let wallOf: typeof WallOf;
beforeEach(async () => {
  vi.resetModules();
  ({ learn, wallOf } = await import("../stretches"));
});

const hourOf = (at: string) => {
  const wall = wallOf(Date.parse(at), zone);
  return wall === null ? null : new Date(wall).toISOString().slice(11, 16);
};

test("the wall shows what was told, on both sides of a change", () => {
  learn([{ zone, stretches: [summer, winter] }]);
  expect(hourOf("2026-10-25T00:59:59Z")).toBe("02:59");
  expect(hourOf("2026-10-25T01:00:00Z")).toBe("02:00");
  expect(hourOf("2026-12-02T15:00:00Z")).toBe("16:00");
});

test("outside of what was told nothing is known", () => {
  learn([{ zone, stretches: [winter] }]);
  expect(hourOf("2026-07-01T12:00:00Z")).toBeNull();
  expect(hourOf(winter.until)).toBeNull();
  expect(wallOf(Date.parse("2026-12-02T15:00:00Z"), "Europe/Paris")).toBeNull();
  expect(wallOf(5, "UTC")).toBe(5);
});

test("what is told later adds to what is known, and holds where both speak", () => {
  learn([{ zone, stretches: [winter] }]);
  learn([{ zone, stretches: [summer] }]);
  expect(hourOf("2026-07-01T12:00:00Z")).toBe("14:00");
  expect(hourOf("2026-12-02T15:00:00Z")).toBe("16:00");
  learn([{ zone, stretches: [stretch("2026-12-01T00", "2026-12-31T00", 3)] }]);
  expect(hourOf("2026-11-30T15:00:00Z")).toBe("16:00");
  expect(hourOf("2026-12-02T15:00:00Z")).toBe("18:00");
  expect(hourOf("2027-01-02T15:00:00Z")).toBe("16:00");
});

test("nothing told of a zone takes nothing away", () => {
  learn([{ zone, stretches: [winter] }]);
  learn([{ zone, stretches: [] }]);
  expect(hourOf("2026-12-02T15:00:00Z")).toBe("16:00");
});
