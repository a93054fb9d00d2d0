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
const code = readdirSync(root, { recursive: true, encoding: "utf8" })
  .filter((path) => /\.(svelte|ts)$/.test(path) && !path.startsWith("tests/"))
  .map((path) => readFileSync(join(root, path), "utf8"))
  .join("\n");

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
  expect(code).not.toMatch(/\sstyle=|\sstyle:|\{@html|transition:|in:fly|out:fade/);
});
