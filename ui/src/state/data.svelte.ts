// What the window knows from the shell. It is handed over at the start; afterwards resources keep it current.
import { learnOffsets } from "../i18n/offsets";
import type { HourClock } from "../i18n/times";
import type { Boot, Notice, PersonRow, Settings, Today } from "../tauri";

class Data {
  // Both are there before anything is drawn: `begin` comes first.
  /* eslint-disable @typescript-eslint/non-nullable-type-assertion-style -- `!` is forbidden by another rule */
  today = $state.raw<Today>() as Today;
  settings = $state.raw<Settings>() as Settings;
  /* eslint-enable @typescript-eslint/non-nullable-type-assertion-style */
  /** So many saves of settings are under way: until the last one is answered, what is stored is older. */
  settingsSaves = 0;
  version = $state("");
  tray = $state(false);
  /** The longest weekly series that there can be, in weeks. */
  mostWeeks = $state(0);
  /** What the strip says, in the order in which it matters. */
  strip = $state.raw<Notice[]>([]);
  firstRun = $state(false);
  now = $state(0);
  /** Today's page has this many days after today; the first one that the shell hands over, two. */
  daysAhead = $state(2);
  /** As they were last loaded, so that the page that lists them is there at once. */
  people = $state.raw<PersonRow[]>([]);

  clock: HourClock = $derived(this.today.twelve_hours ? "12" : "24");

  begin(boot: Boot): void {
    this.takeToday(boot.today);
    this.settings = boot.settings;
    this.version = boot.version;
    this.tray = boot.tray;
    this.mostWeeks = boot.most_weeks;
    this.strip = boot.strip;
    this.firstRun = boot.first_run;
    this.now = Date.parse(boot.today.now);
  }

  takeToday(today: Today): void {
    learnOffsets(today.clocks);
    this.today = today;
  }
}

export const data = new Data();
