// What the import dialog says of each series, and what it sends back.
import type { Choice, ImportPreview, ImportSeries } from "./tauri";

/** Only what would change something can be chosen. */
export function choosable(series: ImportSeries): boolean {
  return series.state === "new" || series.state === "changed";
}

export type Picked = { series: ImportSeries; take: boolean; bell: boolean; link: string };

export function firstPicks(preview: ImportPreview): Picked[] {
  return preview.series.filter(choosable).map((series) => ({
    series, take: series.choice !== "leave_out", bell: series.choice !== "no_bell", link: "",
  }));
}

export function choiceOf({ take, bell }: Pick<Picked, "take" | "bell">): Choice {
  if (!take) return "leave_out";
  return bell ? "bell" : "no_bell";
}

export type Sums = { adds: number; changes: number; chosen: number; all: number };

export function sums(preview: ImportPreview, picks: Picked[]): Sums {
  const total = { adds: 0, changes: 0, chosen: 0, all: preview.series.reduce((count, series) => count + series.count, 0) };
  for (const { series, take } of picks) {
    if (!take) continue;
    total.chosen += series.count;
    if (series.state === "changed") total.changes += series.count;
    else total.adds += series.count;
  }
  return total;
}
