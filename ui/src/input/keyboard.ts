// Keys and pastes, from the document to deeds.
import { add, change, chooseFile, copyLink, goBack, goToPlace, hide, join, joinWhatIsOpen, paste, quit } from "./deeds";
import { put } from "./ask";
import { isHeld, wishOf, type Wish } from "./keys";
import { loadDays } from "./near";
import { app } from "./state.svelte";
import { mac } from "./system";

export function handleKey(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing) return;
  const id = rowIdAt(event.target);
  const inDialog = app.asked.length > 0 || app.firstRun;
  const wish = wishOf(event, { mac, inField: isField(event.target), inDialog, onRow: id !== null });
  if (isHeld(event, wish) && !(event.target instanceof HTMLTextAreaElement)) {
    event.preventDefault();
    return;
  }
  if (!wish) return;
  if (wish === "leave" && document.querySelector("[popover]:popover-open")) return;
  event.preventDefault();
  fulfil(wish, id);
}

function fulfil(wish: Wish, id: string | null): void {
  switch (wish) {
    case "today":
    case "week":
    case "people":
    case "settings":
      goToPlace(wish);
      break;
    case "join":
      void joinWhatIsOpen();
      break;
    case "add":
      add();
      break;
    case "import":
      void chooseFile();
      break;
    case "search":
      put({ kind: "search" });
      break;
    case "keys":
      put({ kind: "keys" });
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
      if (id) void change(id, "move");
      break;
    case "row_copy":
      if (id) void copyLink(id);
      break;
  }
}

function leave(): void {
  if (app.line && !app.line.stays) app.line = null;
  else if (app.where.session || app.where.person) goBack();
}

/** ↑ and ↓ go from row to row, over all days on the page. */
function step(by: 1 | -1): void {
  if (app.where.place === "today") loadDays();
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
  const free = app.where.place === "today" && !app.where.session && app.asked.length === 0 && !app.firstRun;
  if (!free || isField(event.target)) return;
  const text = event.clipboardData?.getData("text/plain").trim();
  if (!text) return;
  event.preventDefault();
  void paste(text);
}
