// Asking a school: once, with what is said while it takes a while, and where the answer leads.
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ask, askForMail, askQuietly, enter, follow, goOnWithSchool, mayInvite, notNow } from "../actions/getting-in";
import { paste } from "../actions/import";
import { handleEvent } from "../events/listen";
import { goToPage } from "../navigation/history";
import { forgetSchoolForm, schoolForm } from "../state/drafts.svelte";
import { dialogs } from "../state/dialogs.svelte";
import { gettingIn, takeStep } from "../state/getting-in.svelte";
import { navigation } from "../state/navigation.svelte";
import { notices } from "../state/notices.svelte";
import { lastChangeOf } from "../state/topics.svelte";
import type { Answer, AppError, GettingIn } from "../tauri";

const shell = vi.hoisted(() => {
  const asked: string[] = [];
  const answers: Record<string, unknown> = {};
  return { asked, answers };
});
vi.mock("../tauri", () => {
  const says = (name: string) => (given?: unknown) => {
    shell.asked.push(typeof given === "string" ? `${name} ${given}` : name);
    return Promise.resolve(shell.answers[name] ?? { status: "ok", data: { step: "begin" } });
  };
  return {
    commands: {
      leaveGettingIn: says("leave"),
      readInvitation: says("read"),
      goOnWithSchool: says("go on with"),
      pasteText: says("paste"),
    },
  };
});
vi.hoisted(() => {
  vi.stubGlobal("navigator", { userAgent: "Linux" });
  vi.stubGlobal("window", { scrollY: 0, scrollTo: () => undefined });
  vi.stubGlobal("requestAnimationFrame", () => 0);
});

const ok = (data: GettingIn): Answer<GettingIn> => ({ status: "ok", data });
const refused = (code: AppError["code"]): Answer<GettingIn> => ({
  status: "error",
  error: { code, message: "It cannot be done." },
});
const confirm: GettingIn = {
  step: "confirm",
  school: "Northside",
  email: "ben@example.com",
  purpose: "sign_up",
  knows_password: true,
  fault: null,
};
const arrived: GettingIn = { step: "arrived", school: "Northside", role: "student", approved: true };

beforeEach(() => {
  vi.useFakeTimers();
  shell.asked = [];
  shell.answers = {};
  gettingIn.step = null;
  gettingIn.form = null;
  gettingIn.fault = null;
  notices.line = null;
  notices.said = "";
  dialogs.open = [];
  forgetSchoolForm();
  navigation.where = { page: "today", session: null, person: null };
});
afterEach(() => {
  vi.useRealTimers();
});

/** A question that is answered when the test says so. */
function question() {
  let answer: (given: Answer<GettingIn>) => void = () => undefined;
  const deed = vi.fn(
    () =>
      new Promise<Answer<GettingIn>>((resolve) => {
        answer = resolve;
      }),
  );
  return {
    deed,
    answer: (given: Answer<GettingIn>) => {
      answer(given);
    },
  };
}

test("what is being asked is not asked again, and is said when it takes a while", async () => {
  const { deed, answer } = question();
  const first = ask(deed, "Asking Northside…");
  expect(await ask(deed, "Asking Northside…")).toBeNull();
  expect(deed).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(399);
  expect(gettingIn.waiting).toBeNull();
  vi.advanceTimersByTime(2);
  expect(gettingIn.waiting).toEqual({ words: "Asking Northside…", place: "chief" });
  expect(notices.said).toBe("Asking Northside…");
  answer(ok(confirm));
  await first;
  expect(gettingIn.waiting).toBeNull();
  expect(gettingIn.asking).toBe(false);
  expect(gettingIn.step).toEqual(confirm);
});

test("a quick answer says nothing of waiting", async () => {
  await ask(() => Promise.resolve(ok(confirm)), "Asking Northside…");
  vi.advanceTimersByTime(5_000);
  expect(gettingIn.waiting).toBeNull();
  expect(notices.said).toBe("");
});

test("a refusal stands beside its button, the step stays, and what was typed too", async () => {
  takeStep(confirm);
  schoolForm.first_name = "Ben";
  await ask(() => Promise.resolve(refused("code_over")), null, "code");
  expect(gettingIn.fault).toMatchObject({ code: "code_over", place: "code" });
  expect(gettingIn.step).toEqual(confirm);
  expect(schoolForm.first_name).toBe("Ben");
  expect(notices.line).toBeNull();
  await ask(() => Promise.resolve(ok(confirm)), null);
  expect(gettingIn.fault).toBeNull();
});

test("after a shell that breaks one can ask again", async () => {
  await expect(ask(() => Promise.reject(new Error("broken")), null)).rejects.toThrow("broken");
  expect(gettingIn.asking).toBe(false);
});

test("what is tried by itself says nothing unless something has changed", async () => {
  takeStep(confirm);
  await askQuietly(() => Promise.resolve(refused("not_confirmed")));
  await askQuietly(() => Promise.resolve(refused("offline")));
  expect(gettingIn.fault).toBeNull();
  expect(notices).toMatchObject({ said: "", line: null });
  goToPage("getting_in");
  await askQuietly(() => Promise.resolve(ok(arrived)));
  expect(navigation.where.page).toBe("today");
});

test("what is tried by itself leaves alone what the person has done meanwhile", async () => {
  const { deed, answer } = question();
  const trying = askQuietly(deed);
  await ask(() => Promise.resolve(ok({ step: "begin" })), null);
  answer(ok(confirm));
  await trying;
  expect(gettingIn.step).toEqual({ step: "begin" });
});

test("who is in sees Today, is told where, and the next school begins anew", async () => {
  schoolForm.email = "ben@example.com";
  goToPage("getting_in");
  follow(arrived);
  expect(navigation.where.page).toBe("today");
  expect(notices.line?.text).toBe("You’re signed in to Northside.");
  expect(schoolForm.email).toBe("");
  await vi.waitFor(() => {
    expect(gettingIn.step).toEqual({ step: "begin" });
  });
  expect(shell.asked).toEqual(["leave"]);
});

test("a tutor who is not approved is told so first", () => {
  goToPage("getting_in");
  follow({ ...arrived, role: "tutor", approved: false });
  expect(navigation.where.page).toBe("getting_in");
  enter();
  expect(navigation.where.page).toBe("today");
});

test("who is in while something else is looked at stays there", () => {
  goToPage("week");
  follow(arrived);
  expect(navigation.where.page).toBe("week");
  expect(notices.line?.text).toBe("You’re signed in to Northside.");
});

test("Not now goes back to where one was, and keeps what was typed", () => {
  goToPage("settings");
  goToPage("getting_in");
  schoolForm.address = "school.example";
  notNow();
  expect(navigation.where.page).toBe("settings");
  expect(shell.asked).toEqual(["leave"]);
  expect(schoolForm.address).toBe("school.example");
});

test("what is known already is filled in where nothing was typed", () => {
  schoolForm.first_name = "Benjamin";
  takeStep({
    step: "stranger",
    school: "Northside",
    email: "ben@example.com",
    sign_up: "off",
    first_name: "Ben",
    last_name: "Okafor",
    zone: null,
    fault: null,
  });
  expect(schoolForm).toMatchObject({ first_name: "Benjamin", last_name: "Okafor", email: "ben@example.com" });
});

test("the form that was chosen stays for its step, and a new step begins with its own", () => {
  takeStep(confirm);
  gettingIn.form = "sign_in";
  takeStep({ ...confirm, knows_password: false, fault: null });
  expect(gettingIn.form).toBe("sign_in");
  takeStep({ step: "new_password", school: "Northside", email: "ben@example.com" });
  expect(gettingIn.form).toBeNull();
});

test("a mail that was asked for shows its page, also from the form that an older mail's page had led to", async () => {
  takeStep(confirm);
  gettingIn.form = "sign_in";
  await askForMail(() => Promise.resolve(refused("mail_too_soon")), null);
  expect(gettingIn.form).toBe("sign_in");
  await askForMail(() => Promise.resolve(ok({ ...confirm, purpose: "new_password", knows_password: false })), null);
  expect(gettingIn.form).toBeNull();
});

test("a school of the list opens the page, unless that alone was enough", async () => {
  shell.answers["go on with"] = ok(confirm);
  await goOnWithSchool("1");
  expect(shell.asked).toEqual(["go on with 1"]);
  expect(navigation.where.page).toBe("getting_in");
  navigation.where = { page: "today", session: null, person: null };
  shell.answers["go on with"] = ok(arrived);
  await goOnWithSchool("1");
  expect(navigation.where.page).toBe("today");
});

test("an invitation that is opened from outside shows its page, and what the shell has read is loaded", () => {
  const before = lastChangeOf(["schools"]);
  handleEvent({ kind: "getting_in" });
  expect(navigation.where.page).toBe("getting_in");
  expect(lastChangeOf(["schools"])).toBeGreaterThan(before);
});

test("a mail with an invitation is pasted: its page opens, and nothing else is made of it", async () => {
  const invited: GettingIn = { step: "invitation", host: "school.example", other: null };
  shell.answers.read = ok(invited);
  const mail = "Dear Ben, firstbell://join?school=https%3A%2F%2Fschool.example&key=k&code=K7QM-3XTD";
  expect(await paste(mail)).toBe(true);
  expect(shell.asked).toEqual([`read ${mail}`]);
  expect(gettingIn.step).toEqual(invited);
  expect(navigation.where.page).toBe("getting_in");
});

test("what holds no invitation is pasted as ever", async () => {
  shell.answers.read = refused("no_invitation");
  shell.answers.paste = { status: "ok", data: { kind: "nothing" } };
  expect(await paste("Hello Ben")).toBe(false);
  expect(shell.asked).toEqual(["read Hello Ben", "paste Hello Ben"]);
  expect(navigation.where.page).toBe("today");
});

test("an invitation that cannot be taken is told as what it is", async () => {
  shell.answers.read = refused("no_invitation");
  expect(await paste("firstbell://join?school=http://school.example")).toBe(true);
  expect(shell.asked).toHaveLength(1);
  expect(notices.line?.text).toBe("It cannot be done.");
});

test("a calendar is not looked through for an invitation", () => {
  expect(mayInvite("BEGIN:VCALENDAR\nDESCRIPTION:code K7QM-3XTD\nEND:VCALENDAR")).toBe(false);
  expect(mayInvite("\n  BEGIN:VCALENDAR")).toBe(false);
  expect(mayInvite("K7QM-3XTD")).toBe(true);
  expect(mayInvite("x".repeat(100_000))).toBe(false);
});
