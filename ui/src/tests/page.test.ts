import { render } from "svelte/server";
import { expect, test, vi } from "vitest";
import App from "../App.svelte";
import { data } from "../state/data.svelte";
import { boot, row } from "./rows";

vi.hoisted(() => vi.stubGlobal("navigator", { userAgent: "Linux" }));

/** Today with one session to come. */
const withSession = (person: string) =>
  boot({ card: row("2026-11-24T15:00:00Z", "2026-11-24T16:00:00Z", { person }), is_empty: false });

/** As text, by what Svelte's compiler makes of the components for servers; without the marks that those leave in it. */
const drawn = () => render(App).body.replace(/<!--.*?-->/g, "");

test("the page says what comes next", () => {
  data.begin(withSession("Ben"));
  const body = drawn();
  expect(body).toContain("Next · in 60 min");
  expect(body).toMatch(/<b>Ben<\/b>, Maths/);
  expect(body).toContain("Opens 15:55");
});

test("a person's words stay words in it, whatever they are", () => {
  const name = `<img src=x onerror="alert(1)">&amp;</b><script>`;
  data.begin(withSession(name));
  const body = drawn();
  expect(body).not.toMatch(/<img|<script/);
  expect(body).toContain("<b>&lt;img src=x onerror=");
  // In an attribute a quotation mark must not end it either.
  expect(body).toMatch(/aria-label="[^"]*&lt;img src=x onerror=&quot;alert\(1\)&quot;/);
});

test("clocks that have changed are told with their place, and the hour where all agree on it", () => {
  const changed = withSession("Ben");
  changed.strip = [
    { kind: "clocks_changed", zone: "America/Vancouver", sessions: 3, start: "2026-12-02T15:00:00Z" },
    { kind: "clocks_changed", zone: "Africa/Casablanca", sessions: 1, start: null },
  ];
  data.begin(changed);
  const body = drawn();
  expect(body).toContain("The clocks in Vancouver changed: 3 sessions now begin at 16:00 your time.");
  expect(body).toContain("The clocks in Casablanca changed: one session now begins at another time.");
});

test("a clock that nobody has told of is not shown as the one here", () => {
  const far = withSession("Ben");
  far.today.card = row("2026-11-24T15:00:00Z", "2026-11-24T16:00:00Z", { person_zone: "Mars/Olympus_Mons" });
  data.begin(far);
  expect(drawn()).toContain("Ben’s time (Olympus Mons) isn’t known");
});
