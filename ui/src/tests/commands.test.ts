import { expect, test, vi } from "vitest";
import { attempt, send } from "../commands/attempt";
import { isKnown } from "../i18n/times";
import { commands } from "../tauri";
import { stretch } from "./rows";

const zone = "Asia/Kathmandu";
const at = "2026-11-24T15:00:00Z";
const answers = vi.hoisted(() => ({ people: {} }));
vi.mock("../tauri/bindings", () => ({
  commands: {
    people: () => Promise.resolve(answers.people),
    linkToCopy: (id: string) => Promise.resolve({ status: "ok", data: id }),
    acknowledgeMissed: () => Promise.resolve({ status: "ok", data: null }),
    zoneNames: () => Promise.resolve(["Europe/Madrid"]),
  },
}));

test("the clocks that come with an answer are known before anybody shows an hour of it", async () => {
  const people = [{ name: "Ben" }];
  answers.people = {
    status: "ok",
    data: { said: people, clocks: [{ zone, stretches: [stretch("2026-01-01T00", "2027-01-01T00", 6)] }] },
  };
  expect(isKnown(at, zone)).toBe(false);
  expect(await attempt(commands.people())).toEqual({ status: "ok", data: people });
  expect(isKnown(at, zone)).toBe(true);
});

test("an answer without clocks, and an error, come as they are", async () => {
  answers.people = { status: "error", error: { code: "store_busy", message: "The store is busy." } };
  expect(await attempt(commands.people())).toEqual(answers.people);
  expect(await attempt(commands.linkToCopy("ben"))).toEqual({ status: "ok", data: "ben" });
  expect(await attempt(commands.acknowledgeMissed())).toEqual({ status: "ok", data: null });
  expect(await send(commands.zoneNames())).toEqual(["Europe/Madrid"]);
});
