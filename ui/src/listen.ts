// Events from the shell, and the clock.
import { announce, look, put, tell, tellReading } from "./ask";
import { askToQuit, join, notOpened, openSession } from "./deeds";
import { newlyOpen } from "./opened";
import { app } from "./state.svelte";
import { commands, hearTold, type AppEvent, type Notice, type Today } from "./tauri";
import { say } from "./words";

/** How far the shell's clock is from this engine's; zero but in tests with their own time. */
let offset = 0;

export async function listen(): Promise<void> {
  offset = app.now - Date.now();
  // Words like "in 23 min" must not stand still if a tick is late. What opens and rings is not decided here.
  setInterval(() => {
    app.now = Date.now() + offset;
  }, 20_000);
  // Files that were opened before the window could show them are told right after this.
  if (await hearTold(hear)) app.turn += 1;
}

function hear(told: AppEvent): void {
  switch (told.kind) {
    case "changed":
      offset = Date.parse(told.now) - Date.now();
      app.now = Date.parse(told.now);
      app.turn += 1;
      if (told.changes.some((change) => change.topic !== "minute")) app.changes += 1;
      break;
    case "strip":
      takeStrip(told.strip);
      break;
    case "importing":
      app.importing = told.work;
      tellReading(told.work);
      break;
    case "import_ready":
      app.draggedOver = false;
      put({ kind: "import", preview: told.preview });
      break;
    case "failed":
      app.draggedOver = false;
      tell(told.error);
      break;
    case "show_session":
      openSession(told.id);
      break;
    case "ask_to_join":
      void join(told.id);
      break;
    case "browser_failed":
      notOpened(told.id, false);
      break;
    case "quit_asked":
      askToQuit(told.bells);
      break;
    case "dragged_over":
      app.draggedOver = told.over;
      break;
  }
}

function takeStrip(strip: Notice[]): void {
  // What is wrong is spoken, too.
  const wrong = (notices: Notice[]) => notices.flatMap((one) => ("text" in one ? [one.text] : []));
  const known = new Set(wrong(app.strip));
  const added = wrong(strip).find((text) => !known.has(text));
  app.strip = strip;
  if (added) announce(added);
}

let asked = 0;
/** Today is kept current wherever the window is: its card speaks when Join opens. */
export async function loadToday(): Promise<void> {
  asked += 1;
  const mine = asked;
  const answer = await look(commands.today(app.daysAhead));
  if (answer.status === "error" || mine !== asked) return;
  takeToday(answer.data);
}

function takeToday(next: Today): void {
  const opened = newlyOpen(app.today, next);
  app.take(next);
  if (!opened) return;
  app.justOpened = opened.id;
  // Once is once: the brass does not fill again when the card is drawn anew.
  setTimeout(() => {
    app.justOpened = null;
  }, 1_000);
  announce(
    opened.person ? say("can-join-person", { person: opened.person }) : say("can-join-title", { title: opened.title }),
  );
}
