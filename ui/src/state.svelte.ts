// What the window knows. It is loaded once; afterwards events say when to look again.
import { learn } from "./stretches";
import type {
  Boot,
  ImportPreview,
  ImportWork,
  Notice,
  PersonRow,
  SessionDraft,
  SessionPage,
  SessionRow,
  Settings,
  Today,
} from "./tauri";
import type { HourClock } from "./times";

export type Place = "today" | "week" | "people" | "settings";
export type Where = { place: Place; session: string | null; person: string | null };

export type FormMode = "add" | "edit" | "move";
export type Question =
  | { kind: "form"; mode: FormMode; draft: SessionDraft; page: SessionPage | null; focus: keyof SessionDraft }
  | { kind: "import"; preview: ImportPreview }
  | { kind: "refused"; message: string }
  | { kind: "cancel"; page: SessionPage }
  | { kind: "open_host"; row: SessionRow | null; id: string; early: boolean; host: string; looksLike: string | null }
  | { kind: "quit"; bells: string[] }
  | { kind: "paste" }
  | { kind: "search" }
  | { kind: "keys" };
/** Dialogs lie on each other, so that a question about quitting loses nothing typed below it. */
export type Asked = Question & { key: number };

/** One line under the bar, about the last deed or a lasting fault. */
export type Line = {
  text: string;
  severity: "plain" | "asks";
  stays: boolean;
  offer: { label: string; take: () => void } | null;
};

export type Written = { homework?: string; plan?: string; notes?: string };

class Knowledge {
  // Both are there before anything is drawn: `begin` comes first.
  /* eslint-disable @typescript-eslint/non-nullable-type-assertion-style -- `!` is forbidden by another rule */
  today = $state.raw<Today>() as Today;
  settings = $state.raw<Settings>() as Settings;
  /* eslint-enable @typescript-eslint/non-nullable-type-assertion-style */
  version = $state("");
  tray = $state(false);
  /** The longest weekly series that there can be, in weeks. */
  mostWeeks = $state(0);
  /** What the strip says, in the order in which it matters. */
  strip = $state.raw<Notice[]>([]);
  firstRun = $state(false);

  where = $state.raw<Where>({ place: "today", session: null, person: null });
  asked = $state.raw<Asked[]>([]);
  line = $state.raw<Line | null>(null);
  /** What the polite live region says. */
  said = $state("");
  /** The session whose browser did not open. */
  notOpened = $state.raw<{ id: string; early: boolean } | null>(null);
  /** The session whose Join has just opened: its brass fills once. */
  justOpened = $state<string | null>(null);
  draggedOver = $state(false);
  /** How far a calendar file is read or taken over, if that takes a while. */
  importing = $state.raw<ImportWork | null>(null);
  showPast = $state(false);

  now = $state(0);
  /** Counts up whenever what is on screen may have changed; loads depend on it. */
  turn = $state(0);
  /** Counts up only when sessions have changed, not with the clock. */
  changes = $state(0);
  /** Today's page has this many days after today; the first one that the shell hands over, two. */
  daysAhead = $state(2);
  people = $state.raw<PersonRow[]>([]);
  /** Homework and notes being written, by session, so that leaving the page loses nothing. */
  written = $state<Record<string, Written>>({});

  clock: HourClock = $derived(this.today.twelve_hours ? "12" : "24");

  begin(boot: Boot): void {
    this.take(boot.today);
    this.settings = boot.settings;
    this.version = boot.version;
    this.tray = boot.tray;
    this.mostWeeks = boot.most_weeks;
    this.strip = boot.strip;
    this.firstRun = boot.first_run;
    this.now = Date.parse(boot.today.now);
  }

  take(today: Today): void {
    learn(today.clocks);
    this.today = today;
  }
}

export const app = new Knowledge();
