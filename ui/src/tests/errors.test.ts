import { beforeEach, expect, test } from "vitest";
import { run } from "../commands/run";
import { dialogs } from "../state/dialogs.svelte";
import { navigation } from "../state/navigation.svelte";
import { notices, showNote } from "../state/notices.svelte";
import { lastChangeOf, stored } from "../state/topics.svelte";
import type { Answer, ErrorCode } from "../tauri";

beforeEach(() => {
  notices.line = null;
  dialogs.open = [];
  navigation.where = { page: "week", session: null, person: null };
});

const refused = (code: ErrorCode): Promise<Answer<null>> =>
  Promise.resolve({ status: "error", error: { code, message: "It cannot be done." } });
const done: Promise<Answer<null>> = Promise.resolve({ status: "ok", data: null });

test("a file that is refused whole is told in a dialog, everything else in the line", async () => {
  await run(refused("file_refused"));
  expect(dialogs.open).toMatchObject([{ kind: "refused", message: "It cannot be done." }]);
  expect(notices.line).toBeNull();
  await run(refused("invalid"));
  expect(notices.line).toMatchObject({ text: "It cannot be done.", severity: "plain", offer: null });
});

test("what may succeed later can be tried again", async () => {
  let tries = 0;
  await run(refused("store_busy"), () => {
    tries += 1;
  });
  notices.line?.offer?.take();
  expect(tries).toBe(1);
});

test("who saw something old sees it new, and leaves the page of what is gone", async () => {
  const before = lastChangeOf(stored);
  await run(refused("stale"));
  expect(lastChangeOf(stored)).toBeGreaterThan(before);
  navigation.where = { page: "week", session: "ben", person: null };
  await run(refused("not_found"));
  expect(navigation.where).toEqual({ page: "week", session: null, person: null });
});

test("what succeeds takes the last line away, unless its cause is still there", async () => {
  showNote("Saved.");
  await run(done);
  expect(notices.line).toBeNull();
  await run(refused("store_unusable"));
  await run(done);
  expect(notices.line?.text).toBe("It cannot be done.");
});
