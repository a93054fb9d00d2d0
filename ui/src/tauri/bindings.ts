// Stands in for the file that the shell generates under this name, with the same types and names.

import { invoke as __TAURI_INVOKE } from "@tauri-apps/api/core";
import * as __TAURI_EVENT from "@tauri-apps/api/event";

export const commands = {
  boot: () => typedError<Boot>(__TAURI_INVOKE("boot")),
  today: (daysAhead: number) => typedError<TodayView>(__TAURI_INVOKE("today", { daysAhead })),
  between: (from: string, to: string) => typedError<SessionRow[]>(__TAURI_INVOKE("between", { from, to })),
  past: (before: string | null) => typedError<SessionRow[]>(__TAURI_INVOKE("past", { before })),
  search: (text: string) => typedError<SessionRow[]>(__TAURI_INVOKE("search", { text })),
  session: (id: string) => typedError<SessionPage>(__TAURI_INVOKE("session", { id })),
  people: () => typedError<PersonRow[]>(__TAURI_INVOKE("people")),
  personSessions: (name: string) => typedError<SessionRow[]>(__TAURI_INVOKE("person_sessions", { name })),
  setPersonZone: (name: string, zone: string | null) => typedError<null>(__TAURI_INVOKE("set_person_zone", { name, zone })),
  checkDraft: (draft: SessionDraft, id: string | null) => typedError<DraftCheck>(__TAURI_INVOKE("check_draft", { draft, id })),
  addSession: (draft: SessionDraft) => typedError<DraftAnswer>(__TAURI_INVOKE("add_session", { draft })),
  editSession: (id: string, version: number, scope: Scope, draft: SessionDraft) => typedError<DraftAnswer>(__TAURI_INVOKE("edit_session", { id, version, scope, draft })),
  draftOf: (id: string) => typedError<SessionDraft>(__TAURI_INVOKE("draft_of", { id })),
  cancelSession: (id: string, version: number, scope: Scope) => typedError<null>(__TAURI_INVOKE("cancel_session", { id, version, scope })),
  restoreSession: (id: string, version: number) => typedError<null>(__TAURI_INVOKE("restore_session", { id, version })),
  markSession: (id: string, version: number, status: Status) => typedError<null>(__TAURI_INVOKE("mark_session", { id, version, status })),
  writeHomework: (id: string, version: number, homework: string, plan: string) => typedError<null>(__TAURI_INVOKE("write_homework", { id, version, homework, plan })),
  writeNotes: (id: string, version: number, notes: string) => typedError<null>(__TAURI_INVOKE("write_notes", { id, version, notes })),
  setBell: (id: string, version: number, on: boolean) => typedError<null>(__TAURI_INVOKE("set_bell", { id, version, on })),
  join: (id: string, confirmed: boolean, early: boolean) => typedError<JoinAnswer>(__TAURI_INVOKE("join", { id, confirmed, early })),
  linkToCopy: (id: string) => typedError<string>(__TAURI_INVOKE("link_to_copy", { id })),
  chooseCalendarFile: () => typedError<ImportPreview | null>(__TAURI_INVOKE("choose_calendar_file")),
  pasteText: (text: string) => typedError<PasteAnswer>(__TAURI_INVOKE("paste_text", { text })),
  applyImport: (importId: string, choices: ImportChoice[]) => typedError<ImportResult>(__TAURI_INVOKE("apply_import", { importId, choices })),
  dropImport: (importId: string) => __TAURI_INVOKE<null>("drop_import", { importId }),
  saveCalendarFile: (id: string | null) => typedError<string | null>(__TAURI_INVOKE("save_calendar_file", { id })),
  saveSettings: (settings: SettingsView) => typedError<SettingsView>(__TAURI_INVOKE("save_settings", { settings })),
  bell: () => typedError<BellView>(__TAURI_INVOKE("bell")),
  ringTestBell: () => typedError<null>(__TAURI_INVOKE("ring_test_bell")),
  finishFirstRun: () => typedError<null>(__TAURI_INVOKE("finish_first_run")),
  addSamples: () => typedError<null>(__TAURI_INVOKE("add_samples")),
  removeSamples: () => typedError<null>(__TAURI_INVOKE("remove_samples")),
  acknowledgeMissed: () => typedError<null>(__TAURI_INVOKE("acknowledge_missed")),
  hideWindow: () => __TAURI_INVOKE<null>("hide_window"),
  quit: (anyway: boolean) => typedError<string[]>(__TAURI_INVOKE("quit", { anyway })),
  ringWindow: () => __TAURI_INVOKE<RingWindowView | null>("ring_window"),
  answerRingWindow: (answer: RingAnswer) => __TAURI_INVOKE<null>("answer_ring_window", { answer }),
  shown: () => __TAURI_INVOKE<null>("shown"),
};

export const events = {
  changed: makeEvent<Changed>("changed"),
  clockTicked: makeEvent<ClockTicked>("clock-ticked"),
  importReady: makeEvent<ImportReady>("import-ready"),
  failed: makeEvent<Failed>("failed"),
  showSession: makeEvent<ShowSession>("show-session"),
  askToJoin: makeEvent<AskToJoin>("ask-to-join"),
  quitAsked: makeEvent<QuitAsked>("quit-asked"),
  draggedOver: makeEvent<DraggedOver>("dragged-over"),
};

export type AppError = { code: ErrorCode; message: string };
export type ErrorCode = "not_found" | "stale" | "not_allowed" | "not_open" | "no_link" | "invalid" | "file_refused" | "file_failed" | "store_busy" | "store_unusable";

export type Status = "SCHEDULED" | "COMPLETED" | "EARLY_END" | "NO_SHOW_STUDENT" | "NO_SHOW_TUTOR" | "CANCELLED";
export type JoinState = "cancelled" | "final" | "ended" | "no_link" | "opens_at" | "open" | "in_progress";
export type JoinView = { state: JoinState; opens_at: string; closes_at: string; opened_at: string | null; asks_host: string | null };
export type Who = "you" | "calendar_file" | "bell";
export type StatusLine =
  | { kind: "cancelled"; by: Who; at: string }
  | { kind: "no_link" }
  | { kind: "overlaps"; with: string }
  | { kind: "busy" }
  | { kind: "held"; status: Status }
  | { kind: "bell_off" };
export type Source = "this_computer" | "calendar_file" | "sample";
export type SessionRow = {
  id: string; version: number; title: string; person: string | null; subject: string | null; person_zone: string | null;
  start: string; end: string; zone: string; status: Status; join: JoinView; line: StatusLine | null; homework: string | null;
  provider: string | null; busy: boolean; bell: boolean; place: string | null; in_series: boolean; source: Source;
};
export type DayLabel = "later_today" | "today" | "tomorrow" | "weekday";
export type Day = { date: string; label: DayLabel; rows: SessionRow[] };
export type Brass = "card" | "slim";
export type Problem = "cannot_ring";
export type TodayView = {
  now: string; zone: string; date: string; twelve_hours: boolean; card: SessionRow | null; slim: SessionRow | null; brass: Brass | null;
  days: Day[]; more_after: boolean; is_empty: boolean; samples: boolean; missed: number; problem: Problem | null;
};
export type Action =
  | "join" | "edit" | "move" | "write" | "set_bell" | "cancel" | "restore" | "mark_held" | "mark_early_end" | "mark_no_show_student"
  | "mark_no_show_tutor" | "undo_mark";
export type Happened = { at: string; source: Who; words: string };
export type SessionPage = {
  row: SessionRow; link: string | null; homework: string; plan: string; notes: string; description: string | null; happened: Happened[];
  allowed: Action[]; later_in_series: number;
};

export type SessionDraft = {
  person: string; person_zone: string | null; subject: string; date: string; time: string; minutes: number; zone: string; link: string;
  place: string; repeat_weeks: number; homework: string;
};
export type Scope = "this" | "this_and_later";
export type Field = "person" | "person_zone" | "subject" | "date" | "time" | "minutes" | "zone" | "link" | "place" | "repeat_weeks" | "homework";
export type FieldFault = { field: Field; message: string };
export type DraftAnswer = { kind: "saved"; id: string } | { kind: "faults"; faults: FieldFault[] };
export type DraftCheck = {
  faults: FieldFault[]; overlaps: string | null; person_time: string | null; night_for: string | null; link_host: string | null;
  link_provider: string | null; link_asks: boolean; link_looks_like: string | null;
};

export type JoinAnswer = { kind: "opened" } | { kind: "ask"; host: string; looks_like: string | null } | { kind: "browser_failed" };

export type Choice = "bell" | "no_bell" | "leave_out";
export type Pattern = "once" | "weekly" | "other";
export type SeriesState = "new" | "changed" | "same" | "older";
export type ImportSeries = {
  key: string; title: string; person: string | null; subject: string | null; pattern: Pattern; weekdays: number[]; zone: string;
  first: string; first_end: string; last: string; coming: number; past: number; provider: string | null; has_link: boolean;
  asks_host: string | null; choice: Choice; state: SeriesState; cancelled: boolean;
};
export type LeftOut = { line: number; title: string | null; message: string };
export type ImportPreview = { import_id: string; file_name: string; zone: string; series: ImportSeries[]; all_day: number; left_out: LeftOut[] };
export type ImportChoice = { key: string; choice: Choice; link: string | null };
export type ImportResult = { added: number; changed: number; removed: number };
export type PasteAnswer = { kind: "calendar"; preview: ImportPreview } | { kind: "link"; link: string; provider: string | null } | { kind: "nothing" };

export type PersonRow = { name: string; zone: string | null; sessions: number; next: SessionRow | null; last: string | null };
export type Theme = "system" | "light" | "dark";
export type HourClock = "system" | "12" | "24";
export type SettingsView = { sound: boolean; hide_names: boolean; break_through: boolean; theme: Theme; hour_clock: HourClock; autostart: boolean };
export type RingOutcome = "shown" | "joined" | "snoozed" | "opened" | "dismissed" | "timed_out" | "failed";
export type LastBell = { at: string; title: string | null; outcome: RingOutcome };
export type BellView = { last: LastBell | null; service: string | null; actions: boolean; sound: boolean; tray: boolean; problem: string | null };
export type RingWindowView = { title: string; body: string; can_join: boolean; can_snooze: boolean };
export type RingAnswer = "join" | "snooze" | "open" | "dismiss";
export type Boot = { today: TodayView; settings: SettingsView; first_run: boolean; version: string; tray: boolean };

export type Cause = "this_window" | "clock" | "another_host" | "bell";
export type Changed = { cause: Cause };
export type ClockTicked = { now: string };
export type ImportReady = { preview: ImportPreview };
export type Failed = { error: AppError };
export type ShowSession = { id: string };
export type AskToJoin = { id: string };
export type QuitAsked = { bells: string[] };
export type DraggedOver = { over: boolean };

async function typedError<T>(result: Promise<T>): Promise<{ status: "ok"; data: T } | { status: "error"; error: AppError }> {
  try {
    return { status: "ok", data: await result };
  } catch (error) {
    if (error instanceof Error) throw error;
    return { status: "error", error: error as AppError };
  }
}

function makeEvent<T>(name: string) {
  return { listen: (heard: __TAURI_EVENT.EventCallback<T>) => __TAURI_EVENT.listen<T>(name, heard) };
}
