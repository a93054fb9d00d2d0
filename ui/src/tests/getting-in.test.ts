// What the pages of getting in decide without asking anybody.
import { describe, expect, test, vi } from "vitest";
import {
  digitsOf,
  ofAsker,
  ofBeginning,
  ofEmail,
  ofNames,
  ofNewPassword,
  ofPassword,
  ofZone,
} from "../pages/getting-in/checks.svelte";
import { tellingOf } from "../pages/getting-in/faults";
import { isCodeAlone, linkOf } from "../pages/getting-in/invitation";
import { MOST, pauseBefore, WITHIN } from "../pages/getting-in/pauses";
import { followsFrom, viewOf } from "../pages/getting-in/view";
import type { GettingIn } from "../tauri";

vi.hoisted(() => vi.stubGlobal("navigator", { userAgent: "Linux" }));

describe("whether the link was opened is tried by itself", () => {
  test("at once the first time, and then less and less often", () => {
    expect(pauseBefore(1_000, [])).toBe(0);
    expect(pauseBefore(1_000, [1_000])).toBe(5_000);
    expect(pauseBefore(6_000, [1_000])).toBe(0);
    expect(pauseBefore(6_000, [1_000, 6_000])).toBe(10_000);
    const many = Array.from({ length: 10 }, (_, i) => i * 20_000);
    expect(pauseBefore(180_000, many)).toBe(30_000);
  });

  test("and what was tried long ago counts no more", () => {
    expect(pauseBefore(WITHIN + 1_000, [0, 500, 1_000])).toBe(0);
  });

  test("never more than twenty times in five minutes, however often the person comes back and presses", () => {
    const seed = Number(process.env.FIRSTBELL_SEED ?? Math.floor(Math.random() * 2 ** 31));
    console.info(`FIRSTBELL_SEED=${seed}`);
    let state = seed;
    const random = (below: number) => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
      return state % below;
    };
    for (let story = 0; story < 200; story += 1) {
      const tries: number[] = [];
      const byItself: number[] = [];
      // Up to a press each few seconds, and the window comes and goes all the time.
      const presses = random(12);
      for (let now = 0; now < 20 * 60_000; now += 250 + random(2_000)) {
        const recent = tries.filter((at) => now - at < WITHIN).length;
        if (random(100) < presses && recent < MOST) {
          tries.push(now);
        } else if (pauseBefore(now, tries) === 0) {
          tries.push(now);
          byItself.push(now);
        }
      }
      for (const at of tries) {
        expect(tries.filter((other) => other <= at && at - other < WITHIN).length).toBeLessThanOrEqual(MOST);
      }
      // Whoever presses all the time leaves nothing over; whoever does not is looked after for as long as it takes.
      if (presses === 0) expect(byItself.length).toBeGreaterThan(30);
    }
  });

  test("a pause that was waited for is over", () => {
    const tries = [0, 5_000, 15_000, 30_000];
    const pause = pauseBefore(31_000, tries);
    expect(pause).toBeGreaterThan(0);
    expect(pauseBefore(31_000 + pause, tries)).toBe(0);
  });
});

describe("before anything is sent", () => {
  const wrong = (faults: object) => Object.entries(faults).flatMap(([field, fault]) => (fault ? [field] : []));

  test("names, an address and eight characters are asked for", () => {
    expect(wrong(ofNames({ first_name: " ", last_name: "Okafor" }))).toEqual(["first_name"]);
    expect(wrong(ofEmail("ben@example.com"))).toEqual([]);
    expect(wrong(ofEmail(" ben@example.com "))).toEqual([]);
    for (const odd of ["", "ben", "ben@", "@example.com", "ben okafor@example.com", "ben@@example.com"]) {
      expect(wrong(ofEmail(odd)), odd).toEqual(["email"]);
    }
    expect(ofNewPassword("horse").password).toBe("A password has at least eight characters. This one has 5.");
    expect(ofNewPassword("🐎".repeat(7)).password).toContain("has 7");
    expect(wrong(ofNewPassword("🐎".repeat(8)))).toEqual([]);
    expect(wrong(ofNewPassword("       8"))).toEqual([]);
  });

  test("a password that exists already may be short", () => {
    expect(wrong(ofPassword("x"))).toEqual([]);
    expect(wrong(ofPassword(""))).toEqual(["password"]);
  });

  test("a zone that was emptied is asked for, and which there are the core says", () => {
    expect(wrong(ofZone({ zone: null }))).toEqual([]);
    expect(wrong(ofZone({ zone: "Atlantis" }))).toEqual([]);
    expect(wrong(ofZone({ zone: "" }))).toEqual(["zone"]);
  });

  test("who asks without an invitation says who they are, and a parent whose", () => {
    expect(wrong(ofAsker({ role: null, child: "" }))).toEqual(["role"]);
    expect(wrong(ofAsker({ role: "guardian", child: " " }))).toEqual(["child"]);
    expect(wrong(ofAsker({ role: "guardian", child: "Mia" }))).toEqual([]);
    expect(wrong(ofAsker({ role: "tutor", child: "" }))).toEqual([]);
  });

  test("an invitation, or address and key where their part is open", () => {
    const none = { invitation: "", no_invitation: false, address: "", key: "" };
    expect(wrong(ofBeginning(none))).toEqual(["invitation"]);
    expect(wrong(ofBeginning({ ...none, invitation: "K7QM-3XTD" }))).toEqual([]);
    expect(wrong(ofBeginning({ ...none, no_invitation: true }))).toEqual(["address", "key"]);
    expect(wrong(ofBeginning({ ...none, no_invitation: true, invitation: "K7QM-3XTD" }))).toEqual([]);
    // A code, and half of the rest.
    const half = { ...none, no_invitation: true, invitation: "K7QM-3XTD", address: "school.example" };
    expect(wrong(ofBeginning(half))).toEqual(["key"]);
  });

  test("digits are taken with blanks, and too few are not sent", () => {
    expect(digitsOf("123 456")).toBe("123456");
    expect(digitsOf("\u00a0123-456\n")).toBe("123456");
    expect(digitsOf("12345")).toBeNull();
    expect(digitsOf("")).toBeNull();
    expect(digitsOf("12345678901")).toBeNull();
  });
});

test("a code alone is told from a link and from a mail", () => {
  for (const code of ["K7QM-3XTD", " k7qm 3xtd\n", "K7QM3XTD"]) expect(isCodeAlone(code), code).toBe(true);
  for (const other of [
    "",
    "firstbell://join?school=https%3A%2F%2Fs.example&key=k&code=K7QM-3XTD",
    "Dear Ben, your code is K7QM-3XTD. See you on Monday.",
    "https://school.example",
  ]) {
    expect(isCodeAlone(other), other).toBe(false);
  }
});

test("of code, address and key becomes the link that a school would have sent", () => {
  const link = new URL(linkOf(" K7QM-3XTD ", "school.example ", "sb_publishable_a+b&c"));
  expect(link.protocol).toBe("firstbell:");
  expect(Object.fromEntries(link.searchParams)).toEqual({
    school: "https://school.example",
    key: "sb_publishable_a+b&c",
    code: "K7QM-3XTD",
  });
  // What somebody writes out is left as it is: Rust says what it thinks of it.
  expect(new URL(linkOf("c", "http://school.example", "k")).searchParams.get("school")).toBe("http://school.example");
});

describe("which button, and which way out", () => {
  test("offline the button stays what it is; where network or school are at fault it tries again", () => {
    expect(tellingOf("offline")).toEqual({});
    for (const code of [
      "captive_portal",
      "network_blocks",
      "network_or_school",
      "school_switched_off",
      "school_silent",
    ] as const) {
      expect(tellingOf(code).again, code).toBe(true);
    }
    for (const code of ["wrong_password", "mail_too_soon", "banned", "too_many_requests", "wrong_key"] as const) {
      expect(tellingOf(code).again, code).toBeUndefined();
    }
  });

  test("what can be done about it is offered", () => {
    expect(tellingOf("not_confirmed").offers).toEqual(["send_again"]);
    expect(tellingOf("code_over").offers).toEqual(["send_again"]);
    expect(tellingOf("account_exists").offers).toEqual(["sign_in", "forgotten"]);
  });

  test("what is about a field stands at the field", () => {
    expect(tellingOf("weak_password").field).toBe("password");
    expect(tellingOf("password_too_long").field).toBe("password");
    expect(tellingOf("bad_email").field).toBe("email");
    expect(tellingOf("unknown_zone").field).toBe("zone");
  });

  test("an answer that nobody has thought of is told over the button", () => {
    expect(tellingOf("store_busy")).toEqual({});
  });
});

describe("which page", () => {
  const door: Extract<GettingIn, { step: "door" }> = {
    step: "door",
    school: "Northside",
    host: "school.northside.example",
    role: "student",
    sign_up: "off",
    has_account: false,
    email: "",
    first_name: "",
    last_name: "",
    zone: null,
    can_leave: true,
  };
  const mail: GettingIn = {
    step: "confirm",
    school: "Northside",
    email: "ben@example.com",
    purpose: "sign_up",
    knows_password: false,
    fault: null,
  };

  test("the door begins with the form that fits, and the person may choose the other", () => {
    expect(viewOf(door, null)).toBe("sign_up");
    expect(viewOf({ ...door, has_account: true }, null)).toBe("sign_in");
    expect(viewOf(door, "sign_in")).toBe("sign_in");
    expect(viewOf({ ...door, has_account: true }, "sign_up")).toBe("sign_up");
  });

  test("from the mail one can sign in, and nothing else", () => {
    expect(viewOf(mail, null)).toBe("mail");
    expect(viewOf(mail, "sign_in")).toBe("sign_in");
    expect(viewOf(mail, "sign_up")).toBe("mail");
  });

  test("another address than the known one is a question of its own", () => {
    const other = { school: "Northside", known: "a.example", given: "b.example" };
    expect(viewOf({ step: "invitation", host: "b.example", other: null }, null)).toBe("invitation");
    expect(viewOf({ step: "invitation", host: "b.example", other }, null)).toBe("other_host");
  });

  test("what follows from signing up is what the school has opened", () => {
    expect(followsFrom("student", "off")).toBe("asked");
    expect(followsFrom("student", "students")).toBe("let_in");
    expect(followsFrom("tutor", "students")).toBe("asked");
    expect(followsFrom("guardian", "students")).toBe("asked");
    expect(followsFrom("tutor", "all")).toBe("approved");
    expect(followsFrom("guardian", "all")).toBe("asked");
  });
});
