// Events from the shell, and the clock.
import { announce, look, put, tell } from "./ask";
import { askToQuit, join, notOpened, openSession } from "./deeds";
import { newlyOpen } from "./opened";
import { app } from "./state.svelte";
import { commands, events, type Today } from "./tauri";
import { say } from "./words";

/** How far the shell's clock is from this engine's; zero but in tests with their own time. */
let offset = 0;

export async function listen(): Promise<void> {
  offset = app.now - Date.now();
  await Promise.all([
    events.changed.listen(() => {
      app.turn += 1;
      app.changes += 1;
    }),
    events.clockTicked.listen(({ payload }) => {
      offset = Date.parse(payload.now) - Date.now();
      app.now = Date.parse(payload.now);
      app.turn += 1;
    }),
    events.importReady.listen(({ payload }) => {
      app.draggedOver = false;
      put({ kind: "import", preview: payload });
    }),
    events.failed.listen(({ payload }) => {
      app.draggedOver = false;
      tell(payload);
    }),
    events.showSession.listen(({ payload }) => { openSession(payload.id); }),
    events.askToJoin.listen(({ payload }) => { void join(payload.id); }),
    events.browserFailed.listen(({ payload }) => { notOpened(payload.id, false); }),
    events.quitAsked.listen(({ payload }) => { askToQuit(payload.bells); }),
    events.draggedOver.listen(({ payload }) => { app.draggedOver = payload.over; }),
  ]);
  // Words like "in 23 min" must not stand still if a tick is late. What opens and rings is not decided here.
  setInterval(() => { app.now = Date.now() + offset; }, 20_000);
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
  app.today = next;
  if (!opened) return;
  app.justOpened = opened.id;
  // Once is once: the brass does not fill again when the card is drawn anew.
  setTimeout(() => { app.justOpened = null; }, 1_000);
  announce(opened.person ? say("can-join-person", { person: opened.person }) : say("can-join-title", { title: opened.title }));
}
