// How the pages are called, and which of them stand in the bar.
import { say } from "../i18n/say";
import type { PageName } from "../state/navigation.svelte";

export const pageTitles: Record<PageName, string> = {
  today: say("today"),
  week: say("week"),
  people: say("people"),
  settings: say("settings"),
  getting_in: say("school-sign-in"),
};

/** Settings have a sign of their own there; getting in to a school is begun elsewhere. */
export const pagesInBar: readonly PageName[] = ["today", "week", "people"];
