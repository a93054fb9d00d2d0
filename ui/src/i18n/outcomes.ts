// What became of a session, in the words of people.
import { say } from "./say";
import type { Status } from "../tauri";

export function outcomeWords(status: Status, person: string | null): string {
  switch (status) {
    case "COMPLETED":
      return say("held");
    case "EARLY_END":
      return say("ended-early");
    case "NO_SHOW_STUDENT":
      return person ? say("person-absent", { person }) : say("nobody-came");
    case "NO_SHOW_TUTOR":
      return say("you-absent");
    case "CANCELLED":
      return say("cancelled");
    case "SCHEDULED":
      return "";
  }
}
