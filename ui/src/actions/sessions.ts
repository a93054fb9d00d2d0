// Adding, changing and cancelling sessions: each opens its dialog.
import { run } from "../commands/run";
import { nameWords } from "../i18n/names";
import { say } from "../i18n/say";
import { dateIn, hourWords, instant } from "../i18n/times";
import { data } from "../state/data.svelte";
import { openDialog, type FormMode } from "../state/dialogs.svelte";
import { announce } from "../state/notices.svelte";
import { commands, type SessionDraft, type SessionRow } from "../tauri";

export function emptyDraft(): SessionDraft {
  const { zone } = data.today;
  // The next full hour in which nothing is known to be on; tomorrow's where that is past midnight.
  const known = [data.today.card, data.today.slim, ...data.today.days.flatMap((day) => day.rows)];
  let next = Math.ceil((data.now + 1) / 3_600_000) * 3_600_000;
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
    person_id: null,
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

export function addSession(draft: Partial<SessionDraft> = {}): void {
  openDialog({ kind: "form", mode: "add", draft: { ...emptyDraft(), ...draft }, page: null, focus: "person" });
}

export async function changeSession(
  id: string,
  mode: Exclude<FormMode, "add">,
  focus?: keyof SessionDraft,
): Promise<void> {
  const [page, draft] = await Promise.all([run(commands.session(id)), run(commands.draftOf(id))]);
  if (page.status === "error" || draft.status === "error") return;
  openDialog({
    kind: "form",
    mode,
    draft: draft.data,
    page: page.data,
    focus: focus ?? (mode === "move" ? "date" : "person"),
  });
}

export async function askToCancel(id: string): Promise<void> {
  const page = await run(commands.session(id));
  if (page.status === "ok") openDialog({ kind: "cancel", page: page.data });
}

export async function setBell(row: SessionRow, on: boolean): Promise<void> {
  const answer = await run(commands.setBell(row.id, row.version, on));
  if (answer.status === "ok") announce(say(on ? "bell-on-now" : "bell-off-now", { name: nameWords(row) }));
}
