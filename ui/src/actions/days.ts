// How far Today's list goes. It goes on by itself: what is to come is there before it comes into sight.
import { data } from "../state/data.svelte";

/** How many days after today are loaded without being asked for. The first page has the first of them. */
const DAYS = 14;

/** Whether days that nobody has to ask for are still to be loaded. */
export function goesOn(): boolean {
  return data.today.more_after && data.daysAhead < DAYS;
}

/** The end of the list has come near, or somebody walks through it by keys. */
export function loadDays(): void {
  if (goesOn()) data.daysAhead = DAYS;
}

/** Seven more weeks at a time: a term's lessons come in a few presses. */
export function showMoreDays(): void {
  data.daysAhead += 49;
}
