import { expect, test } from "vitest";
import { choiceOf, firstPicks, parted, sums, takenOf } from "../sessions/import-choices";
import type { ImportPreview, ImportSeries } from "../tauri";

const series = (key: string, over: Partial<ImportSeries> = {}): ImportSeries => ({
  key,
  title: key,
  person: null,
  subject: null,
  pattern: "weekly",
  weekdays: [2],
  zone: "Europe/Madrid",
  first: "2026-12-01T15:00:00Z",
  first_end: "2026-12-01T16:00:00Z",
  last: "2027-01-19T15:00:00Z",
  coming: 8,
  past: 0,
  provider: null,
  has_link: true,
  asks_host: null,
  choice: "bell",
  state: "new",
  cancelled: false,
  ...over,
});
const preview: ImportPreview = {
  import_id: "1",
  file_name: "lessons.ics",
  zone: "Europe/Madrid",
  all_day: 0,
  left_out: [],
  clocks: [],
  series: [
    series("ben"),
    series("dentist", { choice: "leave_out", coming: 1 }),
    series("mia", { state: "changed", coming: 7, past: 2, choice: "no_bell" }),
    series("same", { state: "same", coming: 0, past: 2 }),
  ],
};

test("what the file proposes is chosen first, and what would change nothing cannot be", () => {
  expect(firstPicks(preview).map((pick) => [pick.series.key, choiceOf(pick)])).toEqual([
    ["ben", "bell"],
    ["dentist", "leave_out"],
    ["mia", "no_bell"],
  ]);
});

test("sums part what is added from what is changed", () => {
  expect(sums(preview, firstPicks(preview))).toEqual({ adds: 8, changes: 7, chosen: 15, all: 18 });
});

test("a series left out keeps no bell", () => {
  expect(choiceOf({ take: false, bell: true })).toBe("leave_out");
});

const past = (count: number) => Array.from({ length: count }, (_, i) => series(`past ${i}`, { coming: 0, past: 1 }));
const keys = (picks: { series: ImportSeries }[]) => picks.map((pick) => pick.series.key);

test("a few series that are over come last, and many stand together", () => {
  const withPast = (count: number) =>
    parted(
      firstPicks({
        ...preview,
        series: [...past(count), series("ben"), series("off", { coming: 0, past: 0, cancelled: true })],
      }),
    );
  expect(keys(withPast(2).each)).toEqual(["ben", "off", "past 0", "past 1"]);
  expect(withPast(2).over).toEqual([]);
  expect(keys(withPast(6).each)).toEqual(["ben", "off"]);
  expect(withPast(6).over).toHaveLength(6);
});

test("many are taken as one", () => {
  const picks = firstPicks({ ...preview, series: past(3) });
  expect(takenOf(picks)).toBe("all");
  expect(takenOf(picks.map((pick, i) => ({ ...pick, take: i > 0 })))).toBe("some");
  expect(takenOf(picks.map((pick) => ({ ...pick, take: false })))).toBe("none");
});
