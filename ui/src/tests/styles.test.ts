import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const root = new URL("..", import.meta.url).pathname;
const styles = readdirSync(join(root, "styles")).filter(
  (name) => name.endsWith(".css") && name !== "all.css" && name !== "week-quarters.css",
);
const css = styles.map((name) => ({
  name,
  text: readFileSync(join(root, "styles", name), "utf8").replaceAll(/\/\*[\s\S]*?\*\//g, ""),
}));
const sources = readdirSync(root, { recursive: true, encoding: "utf8" })
  .filter((path) => /\.(svelte|ts)$/.test(path) && !path.startsWith("tests/"))
  .map((path) => ({ path, text: readFileSync(join(root, path), "utf8") }));
const code = sources.map(({ text }) => text).join("\n");

// A name that is put together (`days-{n}`) is not found here, and counts as unused: write it whole.
test("every class that has a style is used", () => {
  const classes = new Set(
    css.flatMap(({ text }) => [...text.matchAll(/\.([a-z][\w-]*)(?=[\s.,:>+~{[)])/g)].map((match) => match[1] ?? "")),
  );
  const unused = [...classes].filter(
    (name) =>
      !name.startsWith("lane-") &&
      !name.startsWith("third-") &&
      !new RegExp(`[\\s"'\`:{]${name}[\\s"'\`}=,]`).test(code),
  );
  expect(unused).toEqual([]);
});

test("only the tokens name a colour", () => {
  expect(
    css
      .filter(({ name, text }) => name !== "tokens.css" && /#[0-9a-f]{3,8}\b|rgba?\(|hsla?\(/i.test(text))
      .map(({ name }) => name),
  ).toEqual([]);
});

test("no page carries a style of its own, nor markup made from text", () => {
  // The policy (`csp` in tauri.conf.json) would leave them out without a word: what varies gets a class.
  const found = linesWith(/\sstyle=|\sstyle:|\{@html|transition:|in:fly|out:fade/);
  expect(found).toEqual([]);
});

/** The lines of the window's sources that match, each with its place. */
function linesWith(forbidden: RegExp): string[] {
  return sources.flatMap(({ path, text }) =>
    text
      .split("\n")
      .map((line, i) => `${path}:${i + 1}: ${line.trim()}`)
      .filter((line) => forbidden.test(line)),
  );
}
