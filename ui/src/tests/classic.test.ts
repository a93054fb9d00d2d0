import { build, type Rolldown } from "vite";
import { expect, test } from "vitest";
import { classic } from "../../classic.ts";

const START = `export function mark() { return "–" + document.title; } mark(); void import("later");`;
const LATER = `import { mark, held } from "first"; document.title = mark() + held();`;

async function built(first: string): Promise<Record<string, Rolldown.OutputChunk>> {
  const files: Record<string, string> = { first: `${first} ${START}`, later: LATER };
  const output = (await build({
    configFile: false,
    logLevel: "silent",
    plugins: [
      { name: "files", enforce: "pre", resolveId: (id) => (files[id] ? id : null), load: (id) => files[id] ?? null },
      classic("first"),
    ],
    build: {
      write: false,
      modulePreload: { polyfill: false },
      rolldownOptions: { input: { first: "first" }, preserveEntrySignatures: false },
    },
  })) as Rolldown.RolldownOutput;
  return Object.fromEntries(output.output.filter((file) => file.type === "chunk").map((file) => [file.name, file]));
}

test("the first script is a classic one of plain characters, and later parts take from it", async () => {
  const { first, later } = await built("export function held() { return document.title; } held();");
  expect(first?.code).not.toMatch(/\bexport\b|^import\b|[\u0080-\uffff]/m);
  expect(first?.code).toContain("\\u2013");
  // It is called when the first picture has been painted.
  expect(first?.code).toMatch(/^globalThis\.firstBellWindow=\(\)=>\{.*\};$/s);
  // The shell hands the first script over; only the page knows where its parts lie.
  expect(first?.code).toContain('new URL("/assets/"+part,document.baseURI)');
  expect(first?.code).toMatch(/import\(FIRST_BELL_ADDRESS\("later-[^"]+"\)\)/);
  expect(later?.code).toMatch(/const\{[^}]+\}=globalThis\.firstBell;/);
  // What is taken is there, under the same name.
  const laid =
    /globalThis\.firstBell=\{([^}]*)\}/
      .exec(first?.code ?? "")?.[1]
      ?.split(",")
      .map((pair) => pair.split(":")[0]) ?? [];
  const taken =
    /const\{([^}]*)\}=/
      .exec(later?.code ?? "")?.[1]
      ?.split(",")
      .map((pair) => pair.split(":")[0]) ?? [];
  expect(taken).toHaveLength(2);
  expect(laid).toEqual(expect.arrayContaining(taken));
});

test("what is assigned again cannot be laid out, because later parts would keep its first value", async () => {
  await expect(built("export let held = () => 1; setTimeout(() => { held = () => 2; });")).rejects.toThrow(
    /held: later parts/,
  );
});
