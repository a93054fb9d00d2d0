import { beforeEach, expect, test, vi } from "vitest";
import type { learnOffsets as LearnOffsets, wallAt as WallAt } from "../i18n/offsets";
import { stretch } from "./rows";

const summer = stretch("2026-03-29T01", "2026-10-25T01", 2);
const winter = stretch("2026-10-25T01", "2027-03-28T01", 1);
const zone = "Europe/Madrid";

let learnOffsets: typeof LearnOffsets;
let wallAt: typeof WallAt;
beforeEach(async () => {
  vi.resetModules();
  ({ learnOffsets, wallAt } = await import("../i18n/offsets"));
});

const hourOf = (at: string) => {
  const wall = wallAt(Date.parse(at), zone);
  return wall === null ? null : new Date(wall).toISOString().slice(11, 16);
};

test("the wall shows what was told, on both sides of a change", () => {
  learnOffsets([{ zone, stretches: [summer, winter] }]);
  expect(hourOf("2026-10-25T00:59:59Z")).toBe("02:59");
  expect(hourOf("2026-10-25T01:00:00Z")).toBe("02:00");
  expect(hourOf("2026-12-02T15:00:00Z")).toBe("16:00");
});

test("outside of what was told nothing is known", () => {
  learnOffsets([{ zone, stretches: [winter] }]);
  expect(hourOf("2026-07-01T12:00:00Z")).toBeNull();
  expect(hourOf(winter.until)).toBeNull();
  expect(wallAt(Date.parse("2026-12-02T15:00:00Z"), "Europe/Paris")).toBeNull();
  expect(wallAt(5, "UTC")).toBe(5);
});

test("what is told later adds to what is known, and holds where both speak", () => {
  learnOffsets([{ zone, stretches: [winter] }]);
  learnOffsets([{ zone, stretches: [summer] }]);
  expect(hourOf("2026-07-01T12:00:00Z")).toBe("14:00");
  expect(hourOf("2026-12-02T15:00:00Z")).toBe("16:00");
  learnOffsets([{ zone, stretches: [stretch("2026-12-01T00", "2026-12-31T00", 3)] }]);
  expect(hourOf("2026-11-30T15:00:00Z")).toBe("16:00");
  expect(hourOf("2026-12-02T15:00:00Z")).toBe("18:00");
  expect(hourOf("2027-01-02T15:00:00Z")).toBe("16:00");
});

test("nothing told of a zone takes nothing away", () => {
  learnOffsets([{ zone, stretches: [winter] }]);
  learnOffsets([{ zone, stretches: [] }]);
  expect(hourOf("2026-12-02T15:00:00Z")).toBe("16:00");
});
