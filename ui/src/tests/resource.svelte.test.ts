import { flushSync } from "svelte";
import { afterEach, beforeEach, expect, test } from "vitest";
import { resource, type Resource } from "../commands/resource.svelte";
import { data } from "../state/data.svelte";
import { notices } from "../state/notices.svelte";
import { allTopics, touch, type Topic } from "../state/topics.svelte";
import type { Answer } from "../tauri";

/** What was asked and is not answered yet, in order. */
let asked: { args: unknown; answer: (answer: Answer<string>) => Promise<void> }[] = [];
let end = (): void => undefined;

beforeEach(() => {
  asked = [];
  notices.line = null;
  data.strip = [];
});
afterEach(() => {
  end();
});

function load(args: unknown): Promise<Answer<string>> {
  return new Promise((resolve) => {
    const answer = async (given: Answer<string>) => {
      resolve(given);
      await settled();
    };
    asked.push({ args, answer });
  });
}
/** Answers reach the page in steps, each of which is a promise. */
async function settled(): Promise<void> {
  for (let step = 0; step < 5; step += 1) await Promise.resolve();
  flushSync();
}
const ok = (data: string): Answer<string> => ({ status: "ok", data });
const failed: Answer<string> = { status: "error", error: { code: "store_busy", message: "The store is busy." } };

function begin<T>(make: () => Resource<T>): Resource<T> {
  let made: Resource<T> | undefined;
  end = $effect.root(() => {
    made = make();
  });
  flushSync();
  if (!made) throw new Error("it was made at once");
  return made;
}
function happens(...topics: Topic[]): number {
  const before = asked.length;
  touch(topics);
  flushSync();
  return asked.length - before;
}

test("it loads once at its beginning, and again for each change of a topic of its own only", () => {
  begin(() => resource({ topics: ["sessions", "rings"], load }));
  expect(asked).toHaveLength(1);
  const loads = Object.fromEntries(allTopics.map((topic) => [topic, happens(topic)]));
  expect(loads).toEqual({
    sessions: 1,
    people: 0,
    settings: 0,
    rings: 1,
    doors: 0,
    minute: 0,
    health: 0,
    schools: 0,
    requests: 0,
    waiting: 0,
  });
});

test("one event that touches several of its topics is one load", () => {
  begin(() => resource({ topics: ["sessions", "people", "doors"], load }));
  expect(happens("sessions", "people", "doors", "minute")).toBe(1);
});

test("the old is shown until the new is there", async () => {
  const page = begin(() => resource({ topics: ["sessions"], load }));
  expect(page.data).toBeNull();
  await asked[0]?.answer(ok("Ben"));
  expect(page.data).toBe("Ben");
  happens("sessions");
  expect(page.data).toBe("Ben");
  await asked[1]?.answer(ok("Mia"));
  expect(page.data).toBe("Mia");
});

test("of two answers that overtake each other the one to the last question counts", async () => {
  const taken: string[] = [];
  const page = begin(() => resource({ topics: ["sessions"], load, onload: (found) => taken.push(found) }));
  happens("sessions");
  await asked[1]?.answer(ok("new"));
  await asked[0]?.answer(ok("old"));
  expect(page.data).toBe("new");
  expect(taken).toEqual(["new"]);
});

test("an error that was overtaken is not told", async () => {
  begin(() => resource({ topics: ["sessions"], load }));
  happens("sessions");
  await asked[1]?.answer(ok("new"));
  await asked[0]?.answer(failed);
  expect(notices.line).toBeNull();
});

test("an error is told once, leaves what is shown, and goes when the next try succeeds", async () => {
  const page = begin(() => resource({ topics: ["sessions"], load }));
  await asked[0]?.answer(ok("Ben"));
  happens("sessions");
  await asked[1]?.answer(failed);
  const { line } = notices;
  expect(line?.text).toBe("The store is busy.");
  expect(page.data).toBe("Ben");
  expect(asked).toHaveLength(2);
  // What could not be loaded is tried again with whatever happens next.
  expect(happens("minute")).toBe(1);
  expect(notices.line).toBe(line);
  await asked[2]?.answer(ok("Mia"));
  expect(notices.line).toBeNull();
  expect(happens("minute")).toBe(0);
});

test("where the strip says what is wrong with the store, no second line says it", async () => {
  data.strip = [{ kind: "store", text: "The store cannot be read." }];
  begin(() => resource({ topics: ["sessions"], load }));
  await asked[0]?.answer(failed);
  expect(notices.line).toBeNull();
});

test("another argument is another load, and the same one is none", () => {
  let id = $state("ben");
  let other = $state(0);
  begin(() => resource({ topics: ["sessions"], args: () => (other < 2 ? id : "never"), load }));
  id = "mia";
  flushSync();
  other = 1;
  flushSync();
  expect(asked.map(({ args }) => args)).toEqual(["ben", "mia"]);
});

test("what is not shown is not loaded, and is loaded when it is shown", () => {
  let isShown = $state(false);
  begin(() => resource({ topics: ["sessions"], args: () => (isShown ? 7 : null), load }));
  expect(asked).toHaveLength(0);
  expect(happens("sessions")).toBe(0);
  isShown = true;
  flushSync();
  expect(asked.map(({ args }) => args)).toEqual([7]);
});

test("what came with the page is not loaded at its beginning, but with the first change", () => {
  begin(() => resource({ topics: ["sessions"], load, isLoaded: true }));
  expect(asked).toHaveLength(0);
  expect(happens("sessions")).toBe(1);
});

test("a topic that is named later brings a load only if it changed since the last one", () => {
  let named = $state<Topic[]>(["sessions"]);
  begin(() => resource({ topics: () => named, load }));
  const name = (...topics: Topic[]) => {
    const before = asked.length;
    named = topics;
    flushSync();
    return asked.length - before;
  };
  expect(happens("minute")).toBe(0);
  expect(happens("sessions")).toBe(1);
  expect(name("sessions", "minute")).toBe(0);
  expect(happens("minute")).toBe(1);
  expect(name("sessions")).toBe(0);
  expect(happens("minute")).toBe(0);
  expect(name("sessions", "minute")).toBe(1);
});

test("after its end nothing is loaded, and what is still answered is neither taken nor told", async () => {
  const taken: string[] = [];
  begin(() => resource({ topics: ["sessions"], load, onload: (found) => taken.push(found) }));
  happens("sessions");
  end();
  expect(happens("sessions")).toBe(0);
  await asked[0]?.answer(ok("late"));
  await asked[1]?.answer(failed);
  expect(taken).toEqual([]);
  expect(notices.line).toBeNull();
});
