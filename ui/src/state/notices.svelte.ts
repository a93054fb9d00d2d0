// What the window says by itself: one line under the bar, and what a screen reader speaks.
import type { ImportWork } from "../tauri";

/** One line under the bar, about what was done last or a lasting fault. */
export type Notice = {
  text: string;
  severity: "plain" | "asks";
  stays: boolean;
  offer: { label: string; take: () => void } | null;
};

class Notices {
  line = $state.raw<Notice | null>(null);
  /** What the polite live region says. */
  said = $state("");
  /** The session whose browser did not open. */
  notOpened = $state.raw<{ id: string; early: boolean } | null>(null);
  /** The session whose Join has just opened: its brass fills once. */
  justOpened = $state<string | null>(null);
  /** A file hangs over the window. */
  draggedOver = $state(false);
  /** How far a calendar file is read or taken over, if that takes a while. */
  importing = $state.raw<ImportWork | null>(null);
}

export const notices = new Notices();

/** A line that only says that something is done. It is spoken too, and goes by itself. */
export function showNote(text: string): void {
  const line: Notice = { text, severity: "plain", stays: false, offer: null };
  notices.line = line;
  announce(text);
  setTimeout(() => {
    if (notices.line === line) notices.line = null;
  }, 8_000);
}

/** Takes the line away, unless it stays until its cause is gone. Whether it did. */
export function dropPassingNotice(): boolean {
  if (!notices.line || notices.line.stays) return false;
  notices.line = null;
  return true;
}

/** Spoken once by a screen reader. The same words twice in a row are told apart by a blank. */
export function announce(words: string): void {
  notices.said = notices.said === words ? `${words}\u00a0` : words;
}
