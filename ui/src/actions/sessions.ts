// What a person can do from more than one place: with a button, in a menu, by a key.
import { announce, ask, note, put } from "./ask";
import { nameWords } from "./names";
import { app, type FormMode, type Place, type Where } from "./state.svelte";
import { commands, type JoinAnswer, type SessionDraft, type SessionRow } from "./tauri";
import { dateIn, hourWords, instant } from "./times";
import { say } from "./words";

const trail: Where[] = [];
const scrolled = new Map<string, number>();
const addressOf = (where: Where) => `${where.place}/${where.person ?? ""}/${where.session ?? ""}`;

export function goTo(where: Where): void {
  if (addressOf(where) === addressOf(app.where)) return;
  trail.push(app.where);
  show(where);
}

function show(where: Where): void {
  scrolled.set(addressOf(app.where), window.scrollY);
  app.where = where;
  if (app.line && !app.line.stays) app.line = null;
  requestAnimationFrame(() => {
    window.scrollTo(0, scrolled.get(addressOf(where)) ?? 0);
  });
}

export function goToPlace(place: Place): void {
  goTo({ place, session: null, person: null });
}

export function openSession(id: string): void {
  goTo({ ...app.where, session: id });
}

export function goBack(): void {
  const left = app.where.session;
  const before = trail.pop();
  if (!before && !left && !app.where.person) return;
  show(before ?? { ...app.where, session: null, person: left ? app.where.person : null });
  // Focus goes back to the row that was opened.
  if (left) {
    requestAnimationFrame(() => {
      viewButtonOf(left)?.focus();
    });
  }
}

export function viewButtonOf(id: string): HTMLElement | null {
  return document.querySelector<HTMLElement>(`[data-view="${CSS.escape(id)}"]`);
}

export async function join(id: string, early = false, confirmed = false, row: SessionRow | null = null): Promise<void> {
  app.notOpened = null;
  const answer = await ask(commands.join(id, confirmed, early), () => void join(id, early, confirmed, row));
  if (answer.status === "ok") take(answer.data, id, early, row);
}

function take(answer: JoinAnswer, id: string, early: boolean, row: SessionRow | null): void {
  if (answer.kind === "browser_failed") notOpened(id, early);
  if (answer.kind !== "ask" || app.asked.some((one) => one.kind === "open_host" && one.id === id)) return;
  put({ kind: "open_host", id, early, row, host: answer.host, looksLike: answer.looks_like });
}

export function notOpened(id: string, early: boolean): void {
  app.notOpened = { id, early };
  announce(say("browser-failed"));
}

/** Ctrl+J: which session that is, the core says. */
export async function joinWhatIsOpen(): Promise<void> {
  app.notOpened = null;
  const answer = await ask(commands.joinWhatIsOpen(), () => void joinWhatIsOpen());
  if (answer.status === "error") announce(answer.error.message);
  else if (answer.data) take(answer.data.answer, answer.data.id, false, null);
  else note(say("nothing-open"));
}

/** For a button that acts once: of two quick clicks the second is none of its own, wherever it lands. */
export function once(act: () => void): (event: MouseEvent) => void {
  return (event) => {
    if (event.detail < 2) act();
  };
}

export async function copyLink(id: string): Promise<void> {
  const link = commands.linkToCopy(id);
  // The engine lets a page copy while a key or click is fresh; after the answer it no longer is.
  const copying = copyWhenThere(
    link.then((answer) => (answer.status === "ok" ? answer.data : Promise.reject(new Error(answer.error.code)))),
  );
  const answer = await ask(link);
  const copied = await copying;
  if (answer.status === "error") return;
  const done = copied || (await copy(answer.data));
  note(done ? say("link-copied") : say("copy-failed"));
}

async function copyWhenThere(text: Promise<string>): Promise<boolean> {
  try {
    const blob = text.then((words) => new Blob([words], { type: "text/plain" }));
    await navigator.clipboard.write([new ClipboardItem({ "text/plain": blob })]);
    return true;
  } catch {
    return false;
  }
}

async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // The engine may hold the click to be too long ago; the old way has no such limit.
    const field = document.createElement("textarea");
    field.value = text;
    field.className = "unseen";
    const had = document.activeElement;
    (document.querySelector("dialog:modal") ?? document.body).append(field);
    field.select();
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- there is no other way without that limit
    const done = document.execCommand("copy");
    field.remove();
    if (had instanceof HTMLElement) had.focus();
    return done;
  }
}

export function emptyDraft(): SessionDraft {
  const { zone } = app.today;
  // The next full hour in which nothing is known to be on; tomorrow's where that is past midnight.
  const known = [app.today.card, app.today.slim, ...app.today.days.flatMap((day) => day.rows)];
  let next = Math.ceil((app.now + 1) / 3_600_000) * 3_600_000;
  while (
    known.some(
      (row) => row && row.status !== "CANCELLED" && instant(row.start) < next + 3_600_000 && instant(row.end) > next,
    )
  ) {
    next += 3_600_000;
  }
  const time = hourWords(next, zone, "24");
  return {
    person: "",
    person_zone: null,
    subject: "",
    date: dateIn(next, zone),
    time,
    minutes: 60,
    zone,
    link: "",
    place: "",
    repeat_weeks: 1,
    homework: "",
  };
}

export function add(draft: Partial<SessionDraft> = {}): void {
  put({ kind: "form", mode: "add", draft: { ...emptyDraft(), ...draft }, page: null, focus: "person" });
}

export async function change(id: string, mode: Exclude<FormMode, "add">, focus?: keyof SessionDraft): Promise<void> {
  const [page, draft] = await Promise.all([ask(commands.session(id)), ask(commands.draftOf(id))]);
  if (page.status === "error" || draft.status === "error") return;
  put({
    kind: "form",
    mode,
    draft: draft.data,
    page: page.data,
    focus: focus ?? (mode === "move" ? "date" : "person"),
  });
}

export async function askToCancel(id: string): Promise<void> {
  const page = await ask(commands.session(id));
  if (page.status === "ok") put({ kind: "cancel", page: page.data });
}

export async function setBell(row: SessionRow, on: boolean): Promise<void> {
  const answer = await ask(commands.setBell(row.id, row.version, on));
  if (answer.status === "ok") announce(say(on ? "bell-on-now" : "bell-off-now", { name: nameWords(row) }));
}

export async function chooseFile(): Promise<void> {
  const answer = await ask(commands.chooseCalendarFile());
  if (answer.status === "ok" && answer.data) put({ kind: "import", preview: answer.data });
}

/** Returns whether something came of it, so that the paste dialog stays when nothing did. */
export async function paste(text: string): Promise<boolean> {
  const answer = await ask(commands.pasteText(text));
  if (answer.status === "error") return false;
  const { data } = answer;
  if (data.kind === "calendar") put({ kind: "import", preview: data.preview });
  else if (data.kind === "link") add({ link: data.link });
  else note(say("paste-nothing"));
  return data.kind !== "nothing";
}

export async function quit(anyway = false): Promise<void> {
  const answer = await ask(commands.quit(anyway));
  if (answer.status === "ok" && answer.data.length > 0) askToQuit(answer.data);
}

export function askToQuit(bells: string[]): void {
  if (app.asked.some((one) => one.kind === "quit")) return;
  put({ kind: "quit", bells });
}

export function hide(): void {
  void commands.hideWindow();
}

/** Seven more weeks at a time: a term's lessons come in a few presses. */
export function showMoreDays(): void {
  app.daysAhead += 49;
  app.turn += 1;
}
