// Stands in for the file that the shell generates under this name, with the same types and names.

import { invoke as __TAURI_INVOKE } from "@tauri-apps/api/core";
import * as __TAURI_EVENT from "@tauri-apps/api/event";

export const commands = {
  boot: () => typedError<Boot>(__TAURI_INVOKE("boot")),
  today: (daysAhead: number) => typedError<Today>(__TAURI_INVOKE("today", { daysAhead })),
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
  dropImport: (importId: string) => typedError<null>(__TAURI_INVOKE("drop_import", { importId })),
  saveCalendarFile: (id: string | null) => typedError<string | null>(__TAURI_INVOKE("save_calendar_file", { id })),
  saveSettings: (settings: Settings) => typedError<Settings>(__TAURI_INVOKE("save_settings", { settings })),
  bell: () => typedError<BellView>(__TAURI_INVOKE("bell")),
  ringTestBell: () => typedError<null>(__TAURI_INVOKE("ring_test_bell")),
  finishFirstRun: () => typedError<null>(__TAURI_INVOKE("finish_first_run")),
  addSamples: () => typedError<null>(__TAURI_INVOKE("add_samples")),
  removeSamples: () => typedError<null>(__TAURI_INVOKE("remove_samples")),
  acknowledgeMissed: () => typedError<null>(__TAURI_INVOKE("acknowledge_missed")),
  hideWindow: () => typedError<null>(__TAURI_INVOKE("hide_window")),
  quit: (anyway: boolean) => typedError<string[]>(__TAURI_INVOKE("quit", { anyway })),
  shown: () => typedError<null>(__TAURI_INVOKE("shown")),
};

export const events = {
  changed: makeEvent<{ cause: "this_window" | "clock" | "another_host" | "bell" }>("changed"),
  clockTicked: makeEvent<{ now: string }>("clock-ticked"),
  importReady: makeEvent<ImportPreview>("import-ready"),
  failed: makeEvent<AppError>("failed"),
  showSession: makeEvent<{ id: string }>("show-session"),
  showPlace: makeEvent<{ place: "today" | "settings" }>("show-place"),
  quitAsked: makeEvent<{ bells: string[] }>("quit-asked"),
  draggedOver: makeEvent<{ over: boolean }>("dragged-over"),
};

export type AppError = { code: ErrorCode | null; message: string };       // message is a finished English sentence (Fluent, from Rust)
export type ErrorCode = "not_found" | "stale" | "not_allowed" | "link_refused" | "file_refused" | "browser_failed"
  | "store_newer" | "store_damaged" | "store_busy" | "invalid_input" | "no_notifications";

export type Status = "SCHEDULED" | "COMPLETED" | "EARLY_END" | "NO_SHOW_STUDENT" | "NO_SHOW_TUTOR" | "CANCELLED";
export type JoinState = "cancelled" | "final" | "ended" | "no_link" | "opens_at" | "open" | "in_progress";
export type JoinView = {
  state: JoinState; opens_at: string; closes_at: string;
  opened_at: string | null;          // when I pressed Join (then "Join again", outline)
  asks_host: string | null;          // unknown host: button says "Join…", then the question with this host
};
export type StatusLine =
  | { kind: "cancelled"; by: "you" | "calendar_file"; at: string }
  | { kind: "no_link" }              // "No link. Add one…" 
  | { kind: "overlaps"; with: string }
  | { kind: "busy" }                 // came from a calendar file without a link: no bell
  | { kind: "held"; status: Status } // marked: held, ended early, didn't come …
  | { kind: "bell_off" };
export type SessionRow = {
  id: string; version: number; title: string; person: string | null; subject: string | null; person_zone: string | null;
  start: string; end: string; zone: string; status: Status; join: JoinView; line: StatusLine | null;
  homework: string | null;           // first line only
  provider: string | null;           // "Google Meet"
  busy: boolean; bell: boolean; place: string | null; in_series: boolean; source: "this_computer" | "calendar_file" | "sample";
};
export type Day = { date: string /* 2026-11-24 in `zone` */; label: "later_today" | "today" | "tomorrow" | "weekday"; rows: SessionRow[] };
export type Today = {
  now: string; zone: string; date: string;
  card: SessionRow | null; slim: SessionRow | null;
  brass: "card" | "slim" | null;     // which of the two has the filled Join (never both)
  days: Day[]; more_after: boolean;  // later sessions exist than those listed
  is_empty: boolean;                 // no session at all, past or coming
  samples: boolean;                  // sample lessons are in the list
  missed: number;                    // bells that did not ring while closed, not yet acknowledged
  problem: "cannot_ring" | null;
};
export type Action = "join" | "open_early" | "move" | "edit" | "cancel" | "restore" | "mark_held" | "mark_not_held" | "undo_mark" | "write" ;
export type Happened = { at: string; kind: string /* added, imported, moved, cancelled, restored, rang, joined, marked, link_changed … */; source: "you" | "calendar_file" | "bell"; words: string /* finished sentence */ };
export type SessionPage = { row: SessionRow; link: string | null /* shown form, without secrets: meet.google.com/abc-defg-hij */; homework: string; plan: string; notes: string; happened: Happened[]; allowed: Action[]; later_in_series: number };

// What a person types; Rust turns wall clock into UTC. Fields stay as typed on an error.
export type SessionDraft = { person: string; person_zone: string | null; subject: string; date: string /* 2026-11-24 */; time: string /* 16:00 */; minutes: number; zone: string; link: string; place: string; repeat_weeks: number /* 1 = once */; homework: string };
export type Scope = "this" | "this_and_later";
export type FieldFault = { field: keyof SessionDraft; message: string };
export type DraftAnswer = { kind: "saved"; id: string; overlaps: string | null } | { kind: "faults"; faults: FieldFault[] };
export type DraftCheck = { faults: FieldFault[]; overlaps: string | null; person_time: string | null; /* "10:00 for Ben (New York)" */ night_for: string | null; link_host: string | null; link_provider: string | null; link_asks: boolean };

export type JoinAnswer = { kind: "opened" } | { kind: "ask"; host: string; looks_like: string | null /* "Zoom" */ } | { kind: "browser_failed" };

export type Choice = "bell" | "no_bell" | "leave_out";
export type ImportSeries = {
  key: string; title: string; person: string | null; subject: string | null;
  pattern: "once" | "weekly" | "other"; weekdays: number[] /* 1 = Monday */; zone: string;
  first: string; first_end: string; last: string; count: number;
  provider: string | null; has_link: boolean; asks_host: string | null;
  choice: Choice; state: "new" | "changed" | "same" | "older"; cancelled: boolean;
};
export type LeftOut = { line: number; title: string | null; message: string };
export type ImportPreview = { import_id: string; file_name: string; zone: string; series: ImportSeries[]; all_day: number; left_out: LeftOut[] };
export type ImportChoice = { key: string; choice: Choice; link: string | null };
export type ImportResult = { added: number; changed: number; removed: number };
export type PasteAnswer = { kind: "calendar"; preview: ImportPreview } | { kind: "link"; link: string; provider: string | null } | { kind: "nothing" };

export type PersonRow = { name: string; zone: string | null; sessions: number; next: SessionRow | null; last: string | null };
export type Theme = "system" | "light" | "dark";
export type Settings = { sound: boolean; hide_names: boolean; theme: Theme; hour_clock: "system" | "12" | "24"; break_through: boolean /* ring through Do Not Disturb */ ; autostart: boolean };
export type LastBell = { at: string; title: string; outcome: "shown" | "joined" | "snoozed" | "dismissed" | "timed_out" | "failed" };
export type BellView = { last: LastBell | null; service: string | null /* name of the notification service */; actions: boolean; tray: boolean; problem: string | null /* finished sentence: what is wrong and what to do */ };
export type Boot = { today: Today; settings: Settings; first_run: boolean; languages: string[]; version: string; tray: boolean };


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
