// When it is tried by itself whether the link in the mail has been opened. The school counts requests, and for all
// computers behind one address together, so that a whole class may share what it allows.

/** So many tries, those that the person presses among them … */
export const MOST = 20;
/** … in so long (ms). */
export const WITHIN = 5 * 60_000;
const SHORTEST = 5_000;
const LONGEST = 30_000;

/** How long until the next try may come by itself (ms), with the times of those before; 0 is now. */
export function pauseBefore(now: number, before: readonly number[]): number {
  const recent = before.filter((at) => now - at < WITHIN);
  const last = recent.at(-1);
  if (last === undefined) return 0;
  const pause = last + Math.min(SHORTEST * recent.length, LONGEST) - now;
  const tooMany = recent[recent.length - MOST];
  const whole = tooMany === undefined ? 0 : tooMany + WITHIN - now;
  return Math.max(0, pause, whole);
}
