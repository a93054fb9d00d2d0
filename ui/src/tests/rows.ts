// Sessions for the tests: Ada in Madrid teaches Ben in New York.
import { learnOffsets } from "../i18n/offsets";
import type { Boot, JoinState, SessionRow, Settings, Today, ZoneClock } from "../tauri";

export const madrid = "Europe/Madrid";
export const newYork = "America/New_York";

/** A stretch of one distance from UTC, in hours. */
export function stretch(from: string, until: string, hours: number): ZoneClock["stretches"][number] {
  return { from: `${from}:00:00Z`, until: `${until}:00:00Z`, seconds: hours * 3600 };
}
/** What the shell would tell with these sessions. */
export const clocks: ZoneClock[] = [
  {
    zone: madrid,
    stretches: [stretch("2026-03-29T01", "2026-10-25T01", 2), stretch("2026-10-25T01", "2027-03-28T01", 1)],
  },
  {
    zone: newYork,
    stretches: [stretch("2026-03-08T07", "2026-11-01T06", -4), stretch("2026-11-01T06", "2027-03-14T07", -5)],
  },
  { zone: "Asia/Tokyo", stretches: [stretch("2026-01-01T00", "2027-12-31T00", 9)] },
  { zone: "Europe/Paris", stretches: [stretch("2026-10-25T01", "2027-03-28T01", 1)] },
  { zone: "Pacific/Kiritimati", stretches: [stretch("2026-01-01T00", "2027-12-31T00", 14)] },
  { zone: "Pacific/Midway", stretches: [stretch("2026-01-01T00", "2027-12-31T00", -11)] },
];
learnOffsets(clocks);

export function row(start: string, end: string, over: Partial<SessionRow> = {}): SessionRow {
  return {
    id: `${start}${over.person ?? "Ben"}`,
    version: 1,
    title: "Ben, Maths",
    person: "Ben",
    person_id: "ben",
    subject: "Maths",
    person_zone: newYork,
    start,
    end,
    zone: madrid,
    status: "SCHEDULED",
    join: join("opens_at", start),
    line: null,
    homework: null,
    provider: "Google Meet",
    busy: false,
    bell: true,
    place: null,
    in_series: false,
    school: null,
    also: [],
    source: "this_computer",
    allowed: [],
    ...over,
  };
}

export function join(state: JoinState, start: string, over: Partial<SessionRow["join"]> = {}): SessionRow["join"] {
  return {
    state,
    opens_at: new Date(Date.parse(start) - 300_000).toISOString(),
    closes_at: start,
    opened_at: null,
    asks_host: null,
    ...over,
  };
}

/** What the window is opened with: Today at 15:00 in Madrid, with nothing on it but what is given. */
export function boot(today: Partial<Today> = {}): Boot {
  return {
    today: {
      now: "2026-11-24T14:00:00Z",
      zone: madrid,
      clocks,
      date: "2026-11-24",
      twelve_hours: false,
      card: null,
      slim: null,
      brass: null,
      days: [],
      more_after: false,
      is_empty: true,
      unread: false,
      schools: [],
      requests: [],
      can_ask: false,
      ...today,
    },
    settings: {} as Settings,
    first_run: false,
    version: "1",
    tray: true,
    most_weeks: 104,
    strip: [],
  };
}
