// Which shortcut a key press is. What it does is in keyboard.ts.

export type Shortcut =
  | "join"
  | "today"
  | "week"
  | "people"
  | "add"
  | "import"
  | "search"
  | "settings"
  | "back"
  | "hide"
  | "quit"
  | "keys"
  | "row_up"
  | "row_down"
  | "row_join"
  | "row_move"
  | "row_copy"
  | "leave";

export type Press = {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  shiftKey: boolean;
  repeat: boolean;
};
export type Scene = { mac: boolean; inField: boolean; inDialog: boolean; onRow: boolean };

const withControl: Record<string, Shortcut> = {
  j: "join",
  "1": "today",
  "2": "week",
  "3": "people",
  n: "add",
  i: "import",
  f: "search",
  ",": "settings",
  w: "hide",
  q: "quit",
};
const onRow: Record<string, Shortcut> = { j: "row_join", m: "row_move", l: "row_copy" };
/** What makes sense while a dialog asks something. */
const overDialogs = new Set<Shortcut>(["hide", "quit"]);
/** What goes on while its key is held. Everything else is done once a press. */
const goesOn = new Set<Shortcut>(["row_up", "row_down"]);

/** The engine's own repetition of a key that is held, where it would act again: a shortcut, or a button that has the focus. */
export function isHeld(press: Press, shortcut: Shortcut | null): boolean {
  return press.repeat && (shortcut ? !goesOn.has(shortcut) : press.key === "Enter");
}

export function shortcutOf(press: Press, scene: Scene): Shortcut | null {
  const shortcut = withoutDialog(press, scene);
  return shortcut && scene.inDialog && !overDialogs.has(shortcut) ? null : shortcut;
}

function withoutDialog(press: Press, { mac, inField, onRow: row }: Scene): Shortcut | null {
  const control = mac ? press.metaKey : press.ctrlKey;
  const other = mac ? press.ctrlKey : press.metaKey;
  if (other) return null;
  if (control) return press.altKey || press.shiftKey ? null : (withControl[press.key.toLowerCase()] ?? null);
  if (press.altKey) return press.key === "ArrowLeft" ? "back" : null;
  if (press.key === "F1") return "keys";
  // In a field the letters, the arrows and Escape belong to the field.
  if (inField) return null;
  if (press.key === "Escape") return "leave";
  if (press.key === "ArrowUp") return "row_up";
  if (press.key === "ArrowDown") return "row_down";
  return row && !press.shiftKey ? (onRow[press.key.toLowerCase()] ?? null) : null;
}
