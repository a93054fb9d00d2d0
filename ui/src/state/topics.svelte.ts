// What can change of the things that are shown. Who shows something names its topics (commands/resource.svelte.ts);
// who hears of a change says which topics it touches. Nothing else makes a page load again.

export type Topic =
  | "sessions"
  | "people"
  | "settings"
  /** What rang, and what became of it. */
  | "rings"
  /** A Join has opened or closed, a session has begun or ended. */
  | "doors"
  | "minute"
  /** What is wrong with bell and store. */
  | "health"
  /** Who is signed in to which school, and where getting in stands. */
  | "schools"
  /** Requests at a school. */
  | "requests"
  /** What was done here and a school has yet to answer. */
  | "waiting";

/** All that the store holds, and what follows from it. */
export const stored: readonly Topic[] = ["sessions", "people", "settings", "rings", "doors", "requests", "waiting"];
export const allTopics: readonly Topic[] = [...stored, "minute", "health", "schools"];

let changes = 0;
/** Of each topic, which of all changes was its last. */
const last = $state<Record<Topic, number>>({
  sessions: 0,
  people: 0,
  settings: 0,
  rings: 0,
  doors: 0,
  minute: 0,
  health: 0,
  schools: 0,
  requests: 0,
  waiting: 0,
});

/** These have changed, all at once: what shows several of them loads once. */
export function touch(topics: readonly Topic[]): void {
  changes += 1;
  for (const topic of topics) last[topic] = changes;
}

/** The number of the last change of any of these. */
export function lastChangeOf(topics: readonly Topic[]): number {
  return Math.max(0, ...topics.map((topic) => last[topic]));
}
