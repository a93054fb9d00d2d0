import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { FluentBundle, FluentResource } from "@fluent/bundle";
import { expect, test } from "vitest";
import body from "../../../locales/en/window.ftl";

const root = new URL("..", import.meta.url).pathname;
const text = readFileSync(join(root, "../../locales/en/window.ftl"), "utf8");

const code = readdirSync(root, { recursive: true, encoding: "utf8" })
  .filter((path) => /\.(svelte|ts)$/.test(path) && !path.startsWith("tests/") && !path.startsWith("tauri/"))
  .map((path) => ({ path, source: readFileSync(join(root, path), "utf8") }));
const defined = new Set([...text.matchAll(/^([a-z][\w-]*) =/gm)].map((match) => match[1] ?? ""));
const calls = code.flatMap(({ path, source }) => saidIn(source).map((id) => ({ path, id })));

/** The sentences that a text of the window asks for, by their names. */
function saidIn(source: string): string[] {
  const calls = source.matchAll(/\bsay\(\s*(?:\w+\s+\?\s+"([\w-]+)"\s+:\s+)?["']([\w-]+)["']/g);
  return [...calls].flatMap((match) => [match[1], match[2]].filter((id) => id !== undefined));
}

test("every sentence that is said exists", () => {
  expect(calls.length).toBeGreaterThan(100);
  expect(calls.filter(({ id }) => !defined.has(id))).toEqual([]);
});

test("every sentence that exists is said", () => {
  const said = new Set(calls.map(({ id }) => id));
  expect([...defined].filter((id) => !said.has(id))).toEqual([]);
});

test("the window is built with each sentence, once", () => {
  expect(body.map(({ id }) => id).sort()).toEqual([...defined].sort());
});

test("a sentence is asked for by its name, so that these tests can find it", () => {
  const computed = code.flatMap(({ path, source }) =>
    [...source.matchAll(/\bsay\((?!\s*["']|\s*\w+\s+\?\s+"|id: string)/g)].map(() => path),
  );
  expect(computed).toEqual([]);
});

test("every sentence gets the parts that it names", () => {
  const messages = new Map(
    [...text.matchAll(/^([a-z][\w-]*) =((?:.*\n)(?:[ ].*\n|\n(?= ))*)/gm)].map((match) => [
      match[1] ?? "",
      match[2] ?? "",
    ]),
  );
  const lacking: string[] = [];
  for (const { path, source } of code) {
    for (const match of source.matchAll(/\bsay\(\s*["']([\w-]+)["']/g)) {
      const given = callAt(source, match.index);
      if (/\.\.\.|, span\b/.test(given)) continue;
      for (const [, name] of (messages.get(match[1] ?? "") ?? "").matchAll(/\$(\w+)/g)) {
        if (name && !new RegExp(`\\b${name}\\b`).test(given)) lacking.push(`${path}: ${match[1]} lacks ${name}`);
      }
    }
  }
  expect(lacking).toEqual([]);
});

function callAt(source: string, from: number): string {
  let depth = 0;
  for (let at = source.indexOf("(", from); at < source.length; at += 1) {
    if (source[at] === "(") depth += 1;
    if (source[at] === ")" && (depth -= 1) === 0) return source.slice(from, at);
  }
  return source.slice(from);
}

test("the file has no fault, and every sentence can be formed", () => {
  const bundle = new FluentBundle("en", { useIsolating: false });
  expect(bundle.addResource(new FluentResource(text))).toEqual([]);
  const args = Object.fromEntries([...text.matchAll(/\$(\w+)/g)].map((match) => [match[1] ?? "", 2]));
  for (const id of defined) {
    const errors: Error[] = [];
    const pattern = bundle.getMessage(id)?.value;
    expect(pattern, id).toBeTruthy();
    if (pattern) bundle.formatPattern(pattern, args, errors);
    expect(errors, id).toEqual([]);
  }
});

test("words follow the house's manners", () => {
  const lines = text.split("\n").map((line, i) => `window.ftl:${i + 1}: ${line}`);
  expect(lines.filter((line) => /!|Oops|workspace|outbox|no-show/i.test(line))).toEqual([]);
});
