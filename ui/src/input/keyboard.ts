// Keys and pastes, from the document to actions.
import { loadDays } from "../actions/days";
import { chooseFile, paste } from "../actions/import";
import { join, joinWhatIsOpen } from "../actions/join";
import { copyLink } from "../actions/links";
import { hide, quit } from "../actions/program";
import { addSession, changeSession } from "../actions/sessions";
import { isHeld, shortcutOf, type Shortcut } from "./shortcuts";
import { goBack, goToPage } from "../navigation/history";
import { data } from "../state/data.svelte";
import { dialogs, openDialog } from "../state/dialogs.svelte";
import { navigation } from "../state/navigation.svelte";
import { dropPassingNotice } from "../state/notices.svelte";
import { mac } from "../styles/system";

export function handleKey(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing) return;
  const id = rowIdAt(event.target);
  const inDialog = dialogs.open.length > 0 || data.firstRun;
  const shortcut = shortcutOf(event, { mac, inField: isField(event.target), inDialog, onRow: id !== null });
  if (isHeld(event, shortcut) && !(event.target instanceof HTMLTextAreaElement)) {
    event.preventDefault();
    return;
  }
  if (!shortcut) return;
  if (shortcut === "leave" && document.querySelector("[popover]:popover-open")) return;
  event.preventDefault();
  perform(shortcut, id);
}

function perform(shortcut: Shortcut, id: string | null): void {
  switch (shortcut) {
    case "today":
    case "week":
    case "people":
    case "settings":
      goToPage(shortcut);
      break;
    case "join":
      void joinWhatIsOpen();
      break;
    case "add":
      addSession();
      break;
    case "import":
      void chooseFile();
      break;
    case "search":
      openDialog({ kind: "search" });
      break;
    case "keys":
      openDialog({ kind: "keys" });
      break;
    case "back":
      goBack();
      break;
    case "leave":
      leave();
      break;
    case "hide":
      hide();
      break;
    case "quit":
      void quit();
      break;
    case "row_up":
      step(-1);
      break;
    case "row_down":
      step(1);
      break;
    case "row_join":
      if (id) void join(id);
      break;
    case "row_move":
      if (id) void changeSession(id, "move");
      break;
    case "row_copy":
      if (id) void copyLink(id);
      break;
  }
}

function leave(): void {
  const { page, session, person } = navigation.where;
  if (!dropPassingNotice() && (session || person || page === "getting_in")) goBack();
}

/** ↑ and ↓ go from row to row, over all days on the page. */
function step(by: 1 | -1): void {
  if (navigation.where.page === "today") loadDays();
  const views = [...document.querySelectorAll<HTMLElement>("main [data-view]")].filter(
    (one) => one.offsetParent !== null,
  );
  const current = rowIdAt(document.activeElement);
  const at = views.findIndex((one) => one.dataset.view === current);
  const next = views[at === -1 ? (by === 1 ? 0 : views.length - 1) : at + by];
  next?.focus();
  next?.closest("li")?.scrollIntoView({ block: "nearest" });
}

function rowIdAt(target: EventTarget | null): string | null {
  return target instanceof Element ? (target.closest<HTMLElement>("[data-row]")?.dataset.row ?? null) : null;
}

function isField(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return !["checkbox", "button"].includes(target.type);
  return (
    target.isContentEditable ||
    target instanceof HTMLTextAreaElement ||
    target instanceof HTMLSelectElement ||
    target.closest("[role=menu]") !== null
  );
}

export function handlePaste(event: ClipboardEvent): void {
  const free =
    navigation.where.page === "today" && !navigation.where.session && dialogs.open.length === 0 && !data.firstRun;
  if (!free || isField(event.target)) return;
  const text = event.clipboardData?.getData("text/plain").trim();
  if (!text) return;
  event.preventDefault();
  void paste(text);
}
