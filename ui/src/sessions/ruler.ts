// The ruler along the card's foot: the hour before the start, or the session itself.
import { instant } from "../i18n/times";

export type Ruler = { gone: number; of: "start" | "session" };
export type Tick = { at: number; long: boolean; kind: "" | "gone" | "end" };

/** `gone` runs from 0 to 60. Nothing is drawn when the start is more than an hour away or the session is over. */
export function rulerOf(now: number, start: string, end: string): Ruler | null {
  const from = instant(start);
  const to = instant(end);
  if (now >= to || now < from - 3_600_000) return null;
  if (now >= from) return { of: "session", gone: ((now - from) / (to - from)) * 60 };
  return { of: "start", gone: 60 - Math.ceil((from - now) / 60_000) };
}

export function ticksOf({ gone, of }: Ruler): Tick[] {
  return Array.from({ length: 13 }, (_, i) => {
    const at = i * 5;
    const kind = at >= 55 && of === "start" ? "end" : at <= gone ? "gone" : "";
    return { at, long: at % 15 === 0, kind };
  });
}
