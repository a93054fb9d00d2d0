// Which dialogs are open, and what each of them is about. dialogs/Dialogs.svelte draws them.
import type { ImportPreview, Request, SchoolView, SessionDraft, SessionPage, SessionRow } from "../tauri";

export type FormMode = "add" | "edit" | "move";
export type DialogRequest =
  | { kind: "form"; mode: FormMode; draft: SessionDraft; page: SessionPage | null; focus: keyof SessionDraft }
  | { kind: "import"; preview: ImportPreview }
  | { kind: "refused"; message: string }
  | { kind: "cancel"; page: SessionPage }
  | { kind: "open_host"; row: SessionRow | null; id: string; early: boolean; host: string; looksLike: string | null }
  | { kind: "quit"; bells: string[] }
  | { kind: "paste" }
  | { kind: "sign_out"; school: SchoolView }
  | { kind: "ask_for_time" }
  | { kind: "decline"; request: Request }
  | { kind: "waiting" }
  | { kind: "search" }
  | { kind: "keys" };
export type OpenDialog = DialogRequest & { key: number };

class Dialogs {
  /** They lie on each other, so that a question about quitting loses nothing typed below it. */
  open = $state.raw<OpenDialog[]>([]);
}

export const dialogs = new Dialogs();

let keys = 0;
export function openDialog(request: DialogRequest): void {
  keys += 1;
  dialogs.open = [...dialogs.open, { ...request, key: keys }];
}

export function closeDialog(key: number): void {
  dialogs.open = dialogs.open.filter((one) => one.key !== key);
}
