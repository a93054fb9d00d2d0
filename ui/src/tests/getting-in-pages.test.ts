// The pages of getting in as they are drawn.
import { render } from "svelte/server";
import { beforeEach, expect, test, vi } from "vitest";
import App from "../App.svelte";
import GettingInPage from "../pages/GettingIn.svelte";
import SignOut from "../dialogs/SignOut.svelte";
import { data } from "../state/data.svelte";
import { forgetSchoolForm, schoolForm } from "../state/drafts.svelte";
import { gettingIn, takeStep } from "../state/getting-in.svelte";
import { navigation } from "../state/navigation.svelte";
import type { AppError, GettingIn, SchoolRole } from "../tauri";
import { boot } from "./rows";

vi.hoisted(() => vi.stubGlobal("navigator", { userAgent: "Linux" }));

beforeEach(() => {
  data.begin(boot());
  gettingIn.step = null;
  gettingIn.fault = null;
  gettingIn.waiting = null;
  forgetSchoolForm();
  navigation.where = { page: "today", session: null, person: null };
});

function door(role: SchoolRole | null, over: Partial<Extract<GettingIn, { step: "door" }>> = {}): GettingIn {
  return {
    step: "door",
    school: "Northside",
    host: "school.northside.example",
    role,
    sign_up: "off",
    has_account: false,
    email: "",
    first_name: "",
    last_name: "",
    zone: null,
    can_leave: true,
    ...over,
  };
}
const mail: GettingIn = {
  step: "confirm",
  school: "Northside",
  email: "ben@example.com",
  purpose: "sign_up",
  knows_password: true,
  fault: null,
};

const stranger: Extract<GettingIn, { step: "stranger" }> = {
  step: "stranger",
  school: "Northside",
  email: "ben@example.com",
  sign_up: "off",
  first_name: "",
  last_name: "",
  zone: null,
  fault: null,
};

/** As text, by what Svelte's compiler makes of the components for servers; without the marks that those leave in it. */
const text = (body: string) => body.replace(/<!--.*?-->/g, "");
function drawn(step: GettingIn, fault: (AppError & { place: "chief" | "code" }) | null = null): string {
  takeStep(step);
  gettingIn.fault = fault;
  return text(render(GettingInPage).body);
}
/** The words of all buttons, in order. */
const buttons = (body: string) =>
  [...body.matchAll(/<button[^>]*>(.*?)<\/button>/gs)].map((match) => (match[1] ?? "").replace(/<[^>]*>/g, "").trim());
const labels = (body: string) =>
  [...body.matchAll(/<label[^>]*>(.*?)<\/label>/gs)].map((match) => (match[1] ?? "").replace(/<[^>]*>/g, "").trim());
const all: GettingIn[] = [
  { step: "begin" },
  { step: "invitation", host: "school.northside.example", other: null },
  {
    step: "invitation",
    host: "b.example",
    other: { school: "Northside", known: "a.example", given: "b.example" },
  },
  door("student"),
  door(null),
  door(null, { has_account: true }),
  mail,
  { ...mail, purpose: "new_password", knows_password: false, fault: null },
  { step: "new_password", school: "Northside", email: "ben@example.com" },
  stranger,
  {
    step: "asked",
    school: "Northside",
    email: "ben@example.com",
    role: "tutor",
    first_name: "Ben",
    last_name: "Okafor",
    at: "2026-11-24T13:05:00Z",
  },
  { step: "turned_away", school: "Northside", email: "ben@example.com", role: "student", reason: "", sign_up: "off" },
  { step: "arrived", school: "Northside", role: "tutor", approved: false },
];

test("each page has one heading, one button of ink, and names every field", () => {
  for (const step of all) {
    const body = drawn(step);
    expect(body.match(/<h1 tabindex="-1">/g), step.step).toHaveLength(1);
    expect(body.match(/class="chief/g), step.step).toHaveLength(1);
    for (const [, id] of body.matchAll(/<(?:input|textarea)[^>]*\bid="([^"]+)"/g)) {
      expect(body, `${step.step} ${id}`).toContain(`for="${id}"`);
    }
    expect(body, step.step).not.toMatch(/register/i);
  }
});

test("an invitation says who wants whom, in each role", () => {
  expect(drawn(door("student"))).toContain("Northside invites you as a student.");
  expect(drawn(door("tutor"))).toContain("Northside invites you as a tutor.");
  const parent = drawn(door("guardian"));
  expect(parent).toContain("Northside invites you as a parent.");
  expect(parent).toContain("Your child’s sessions there come into the same list");
  expect(labels(parent)).toEqual(["First name", "Last name", "E-mail", "Password"]);
});

test("without an invitation the role is a choice, and a parent names the child", () => {
  const open = drawn(door(null));
  expect(open).toContain("At Northside I am");
  expect(labels(open)).toEqual([
    "a student",
    "a tutor",
    "a parent",
    "First name",
    "Last name",
    "E-mail",
    "Password",
    "A note to Northsideoptional",
  ]);
  schoolForm.role = "guardian";
  expect(labels(drawn(door(null)))).toContain("Your child’s name");
});

test("the time zone is this computer’s until another is chosen, and that is what is sent", () => {
  const own = drawn(door("student"));
  expect(own).toContain("Times in Madrid, as on this computer");
  expect(own).toContain("your times are those of Madrid");
  expect(buttons(own)).toContain("Change");
  expect(labels(own)).not.toContain("Your time zone");
  schoolForm.zone = "America/New_York";
  for (const step of [door("student"), stranger]) {
    const body = drawn(step);
    expect(body).toMatch(/<label class="field">Your time zone <input[^>]*value="New York"/);
    expect(body).not.toContain("as on this computer");
  }
  expect(drawn(door("student"))).toContain("your times are those of New York");
});

test("the zone that was chosen before the mail is there after the next start", () => {
  expect(drawn({ ...stranger, zone: "Asia/Tokyo" })).toMatch(/value="Tokyo"/);
  expect(schoolForm.zone).toBe("Asia/Tokyo");
  // What is being typed is newer.
  expect(drawn({ ...stranger, zone: "Europe/Paris" })).toMatch(/value="Tokyo"/);
});

test("a zone that nobody knows is told at its field", () => {
  schoolForm.zone = "Atlantis";
  const body = drawn(door("student"), { code: "unknown_zone", message: "This time zone isn’t known.", place: "chief" });
  expect(body).toMatch(/value="Atlantis"[^>]*aria-invalid="true"/);
  expect(body.match(/This time zone isn’t known/g)).toHaveLength(1);
});

test("what is typed stands in the form again, but never a password", () => {
  schoolForm.first_name = "Ben";
  schoolForm.email = "ben@example.com";
  const body = drawn(door("student"));
  expect(body).toMatch(/id="in-first_name"[^>]*value="Ben"/);
  const password = /<input[^>]*id="in-password"[^>]*>/.exec(body)?.[0] ?? "";
  expect(password).toContain('type="password"');
  expect(password).not.toContain("value=");
  expect(Object.keys(schoolForm).filter((name) => /password|code/.test(name))).toEqual([]);
});

test("those who keep passwords are told which is which", () => {
  expect(drawn(door("student"))).toContain('autocomplete="new-password"');
  expect(drawn(door(null, { has_account: true }))).toContain('autocomplete="current-password"');
  expect(drawn(door(null, { has_account: true }))).toContain('autocomplete="username"');
  expect(drawn(mail)).toContain('autocomplete="one-time-code"');
  for (const name of ["given-name", "family-name"]) expect(drawn(door("tutor"))).toContain(`autocomplete="${name}"`);
});

const offline: AppError & { place: "chief" } = {
  code: "offline",
  message: "You’re not connected to the internet. What you typed is kept.",
  place: "chief",
};

test("offline is said right over the button on every form, and the button stays what it is", () => {
  for (const step of [door("student"), door("tutor"), door("guardian"), door(null)]) {
    const body = drawn(step, offline);
    expect(body).toMatch(
      /role="alert">.*What you typed is kept\.<\/span><\/p>\s*<div class="acts"><button class="chief/s,
    );
    expect(buttons(body)).toContain("Sign up");
  }
  expect(buttons(drawn(door(null, { has_account: true }), offline))).toContain("Sign in");
});

test("a school that is silent can be tried again, and its address may be another", () => {
  const body = drawn(door(null, { has_account: true }), {
    code: "school_switched_off",
    message: "Northside’s server is switched off or has moved.",
    place: "chief",
  });
  expect(buttons(body)).toEqual(["Show", "Another address", "Try again", "Forgotten password", "Not now", "Sign up"]);
  const fixed = drawn(door(null, { has_account: true, can_leave: false }), {
    code: "school_switched_off",
    message: "Northside’s server is switched off or has moved.",
    place: "chief",
  });
  expect(buttons(fixed)).not.toContain("Another address");
});

test("a weak password is told at its field", () => {
  const body = drawn(door("student"), {
    code: "weak_password",
    message: "This password is easy to guess.",
    place: "chief",
  });
  expect(body).toMatch(/id="in-password-fault" role="alert">This password is easy to guess\./);
  expect(body.match(/easy to guess/g)).toHaveLength(1);
});

test("an account that is there already is offered", () => {
  const body = drawn(door("student"), { code: "account_exists", message: "There is an account.", place: "chief" });
  expect(buttons(body)).toEqual([
    "Show",
    "Change",
    "Sign in",
    "Forgotten password",
    "Sign up",
    "I have an account",
    "Not now",
  ]);
});

test("the mail's page has its three ways, and offers a new mail where the code ran out", () => {
  const body = drawn(mail, { code: "code_over", message: "This code has run out.", place: "code" });
  expect(body).toContain("Northside has sent you a mail.");
  expect(buttons(body)).toEqual([
    "I have opened the link",
    "Not now",
    "Send it again",
    "Confirm",
    "Send it again",
    "Sign in",
    "Another address",
  ]);
});

test("both addresses are shown before anything is sent to the new one", () => {
  const body = drawn({
    step: "invitation",
    host: "b.example",
    other: { school: "Northside", known: "a.example", given: "b.example" },
  });
  expect(body).toMatch(/<dd>a\.example<\/dd>.*<dd>b\.example<\/dd>/s);
  expect(buttons(body)).toEqual(["Keep the one I know", "Use the new one"]);
});

test("a school's words stay words", () => {
  const body = drawn({
    step: "turned_away",
    school: "<b>North</b>",
    email: "ben@example.com",
    role: "student",
    reason: "<img src=x onerror=alert(1)>",
    sign_up: "off",
  });
  expect(body).not.toMatch(/<img|<b>North/);
});

test("while the page is open there is no bar", () => {
  navigation.where = { page: "getting_in", session: null, person: null };
  expect(text(render(App).body)).not.toContain("<nav");
});

test("Today says where its sessions come from, and the strip what a school needs", () => {
  data.begin({
    ...boot({ schools: ["Northside", "Southside"] }),
    strip: [{ kind: "school", id: "1", text: "Sign in again to get changes from Northside.", state: "ended" }],
  });
  const body = text(render(App).body);
  expect(body).toContain("On this computer and at Northside and Southside");
  expect(body).toContain("What is planned at Northside and Southside comes here by itself.");
  expect(body).toContain("Sign in again to get changes from Northside.");
  expect(buttons(body)).toContain("Sign in again");
  // The page of getting in says that itself.
  navigation.where = { page: "getting_in", session: null, person: null };
  expect(text(render(App).body)).not.toContain("to get changes");
});

test("signing out says what is kept", () => {
  const school = {
    id: "1",
    school: "Northside",
    host: "school.northside.example",
    email: "ben@example.com",
    state: "in" as const,
    sentence: null,
    this_run_only: false,
  };
  const body = text(render(SignOut, { props: { school, onclose: () => undefined } }).body);
  expect(body).toContain("Sign out of Northside?");
  expect(labels(body)).toEqual(["On this computer", "Everywhere you are signed in"]);
  expect(body).toContain("Your own sessions on this computer stay.");
});
