// Events from the shell, and the clock.
import { showGettingIn } from "../actions/getting-in";
import { showReading } from "../actions/import";
import { join, sayNotOpened } from "../actions/join";
import { askToQuit } from "../actions/program";
import { showError } from "../commands/run";
import { openSession } from "../navigation/history";
import { data } from "../state/data.svelte";
import { openDialog } from "../state/dialogs.svelte";
import { announce, notices } from "../state/notices.svelte";
import { allTopics, touch } from "../state/topics.svelte";
import { openEventChannel, type AppEvent, type Notice } from "../tauri";

/** How far the shell's clock is from this engine's; zero but in tests with their own time. */
let offset = 0;

export async function listen(): Promise<void> {
  offset = data.now - Date.now();
  // Words like "in 23 min" must not stand still if a tick is late. What opens and rings is not decided here.
  setInterval(() => {
    data.now = Date.now() + offset;
  }, 20_000);
  // Files that were opened before the window could show them are told right after this.
  if (await openEventChannel(handleEvent)) touch(allTopics);
}

export function handleEvent(event: AppEvent): void {
  switch (event.kind) {
    case "changed":
      offset = Date.parse(event.now) - Date.now();
      data.now = Date.parse(event.now);
      touch(event.changes.map((change) => change.topic));
      break;
    case "strip":
      takeStrip(event.strip);
      break;
    case "importing":
      notices.importing = event.work;
      showReading(event.work);
      break;
    case "import_ready":
      notices.draggedOver = false;
      openDialog({ kind: "import", preview: event.preview });
      break;
    case "failed":
      notices.draggedOver = false;
      showError(event.error);
      break;
    case "show_session":
      openSession(event.id);
      break;
    case "ask_to_join":
      void join(event.id);
      break;
    case "browser_failed":
      sayNotOpened(event.id, false);
      break;
    case "quit_asked":
      askToQuit(event.bells);
      break;
    case "getting_in":
      showGettingIn();
      touch(["schools"]);
      break;
    case "dragged_over":
      notices.draggedOver = event.over;
      break;
  }
}

function takeStrip(strip: Notice[]): void {
  // What is wrong is spoken, too.
  const wrong = (all: Notice[]) => all.flatMap((one) => ("text" in one ? [one.text] : []));
  const was = wrong(data.strip);
  const is = wrong(strip);
  const added = is.find((text) => !was.includes(text));
  data.strip = strip;
  if (was.join() !== is.join()) touch(["health"]);
  if (added) announce(added);
}
