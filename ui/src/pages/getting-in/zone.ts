// The time zone that a form shows and sends.
import { data } from "../../state/data.svelte";
import type { SchoolForm } from "../../state/drafts.svelte";

/** What was chosen; else this computer's. */
export function zoneOf({ zone }: Pick<SchoolForm, "zone">): string {
  return zone ?? data.today.zone;
}
