// The list goes on by itself: what is to come is there before it comes into sight.
import { app } from "./state.svelte";

/** How far below the fold something is near, in pixels: some rows, so that scrolling finds them there. */
const MARGIN = 120;
/** How many days after today are loaded without being asked for. The first page has the first of them. */
const DAYS = 14;

/** Whether days that nobody has to ask for are still to be loaded. */
export function goesOn(): boolean {
  return app.today.more_after && app.daysAhead < DAYS;
}

/** The end of the list has come near, or somebody walks through it by keys. */
export function loadDays(): void {
  if (!goesOn()) return;
  app.daysAhead = DAYS;
  app.turn += 1;
}

/** For an element after the last row: calls for as long as it is near. */
export function whenNear(take: () => void): (node: Element) => () => void {
  return (node) => {
    const observer = new IntersectionObserver(
      (entries) => {
        if (!entries.some((entry) => entry.isIntersecting)) return;
        take();
        // What came may not have moved it away; only a new look tells.
        observer.unobserve(node);
        observer.observe(node);
      },
      { rootMargin: `0px 0px ${MARGIN}px` },
    );
    observer.observe(node);
    return () => {
      observer.disconnect();
    };
  };
}
