// What the import dialog says of each series, and what it sends back.
import type { Choice, ImportPreview, ImportSeries } from "../tauri";

/** Only what would change something can be chosen. */
export function choosable(series: ImportSeries): boolean {
  return series.state === "new" || series.state === "changed";
}

/** Those to come; of a series that is over, all. */
export function countOf({ coming, past }: Pick<ImportSeries, "coming" | "past">): number {
  return coming || past;
}

/** Nothing of it is to come, and not because it was called off. */
export function isOver({ coming, past }: Pick<ImportSeries, "coming" | "past">): boolean {
  return coming === 0 && past > 0;
}

export function sessionsOf(all: ImportSeries[]): number {
  return all.reduce((count, series) => count + countOf(series), 0);
}

export type Picked = { series: ImportSeries; take: boolean; bell: boolean; link: string };

export function firstPicks(preview: ImportPreview): Picked[] {
  return preview.series.filter(choosable).map((series) => ({
    series,
    take: series.choice !== "leave_out",
    bell: series.choice !== "no_bell",
    link: "",
  }));
}

export function choiceOf({ take, bell }: Pick<Picked, "take" | "bell">): Choice {
  if (!take) return "leave_out";
  return bell ? "bell" : "no_bell";
}

/** Those with sessions to come each for itself; those that are over together, unless they are few. */
export function parted(picks: Picked[]): { each: Picked[]; over: Picked[] } {
  const over = picks.filter((pick) => isOver(pick.series));
  const coming = picks.filter((pick) => !isOver(pick.series));
  return over.length > FEW ? { each: coming, over } : { each: [...coming, ...over], over: [] };
}
const FEW = 5;

/** Whether all of these are taken, or none, or only some. */
export function takenOf(picks: Picked[]): "all" | "none" | "some" {
  const taken = picks.filter((pick) => pick.take).length;
  return taken === picks.length ? "all" : taken === 0 ? "none" : "some";
}

export type Sums = { adds: number; changes: number; chosen: number; all: number };

export function sums(preview: ImportPreview, picks: Picked[]): Sums {
  const total = { adds: 0, changes: 0, chosen: 0, all: sessionsOf(preview.series) };
  for (const { series, take } of picks) {
    if (!take) continue;
    const count = countOf(series);
    total.chosen += count;
    if (series.state === "changed") total.changes += count;
    else total.adds += count;
  }
  return total;
}
