// The window's script as an engine takes the least time over it: a classic one, of plain characters, which the shell
// hands over before any page is asked for (src-tauri/src/first_page.rs). A module would come with its loader, which
// an engine has to get going at each start; a script of the page would be fetched in small pieces. The parts that
// are loaded later stay modules; what they import from the first script lies on `globalThis` (docs/adr/0011).
// It is one function, which the picture that is seen first calls when it has been painted (src/picture.ts).
import type { Plugin, Rolldown } from "vite";

/** Where the first script lays what later ones import. */
const LAID = "globalThis.firstBell";
/** Where the script itself lies until it is called. */
const WINDOW = "globalThis.firstBellWindow";
/** What finds a part's address for the first script. It has none of its own: only the page knows where parts lie. */
const ADDRESS = "FIRST_BELL_ADDRESS";

export function classic(first: string): Plugin {
  return {
    name: "classic",
    apply: "build",
    enforce: "post",
    renderChunk: {
      order: "pre",
      // Before names are shortened, when a name still stands for one thing.
      handler(code, chunk) {
        if (chunk.name !== first) return;
        const changed = exportsOf(code)
          .map(([local]) => local)
          .filter((name) => new RegExp(`^(?:let|var) ${escaped(name)}\\b`, "m").test(code) && writes(code, name) > 1);
        // A classic script could not hand on what a module would: a binding that changes.
        if (changed.length) {
          this.error(`${changed.join(", ")}: later parts would keep the first value of what is assigned again`);
        }
      },
    },
    generateBundle: {
      order: "post",
      handler(_options, bundle) {
        const chunks = Object.values(bundle).filter((file) => file.type === "chunk");
        const start = chunks.find((chunk) => chunk.name === first);
        if (!start || start.imports.length || !EXPORT.test(start.code)) {
          return this.error("the first script is to be one file that ends with what it exports");
        }
        for (const chunk of chunks) {
          const made = chunk === start ? asClassic(start) : importing(chunk, start);
          if (chunk === start && /\bimport\((?!FIRST_BELL_ADDRESS\()/.test(made)) {
            this.error("a part that the first script loads was not found");
          }
          if (chunk.imports.includes(start.fileName) && made === chunk.code) {
            this.error(`${chunk.fileName}: what it imports from the first script was not found`);
          }
          chunk.code = plain(made);
        }
      },
    },
    transformIndexHtml: {
      order: "post",
      handler: (page) =>
        page.replaceAll(" crossorigin", "").replace(/\s*<script type="module" src=[^>]*><\/script>/, ""),
    },
  };
}

function asClassic({ code, fileName }: Rolldown.OutputChunk): string {
  const folder = fileName.slice(0, fileName.lastIndexOf("/") + 1);
  const laid = exportsOf(code).map(([local, name]) => `${name}:${local}`);
  // Vite's loader of styles asks where the page lies; all of it lies at the root.
  const body = code
    .replace(EXPORT, "")
    .replaceAll("import.meta.resolve", "0")
    .replaceAll("import.meta.url", "document.baseURI");
  const found = body.replace(
    /\bimport\(["'`]\.\/([^"'`]+)["'`]\)/g,
    (_, part: string) => `import(${ADDRESS}("${part}"))`,
  );
  return `${WINDOW}=()=>{"use strict";const ${ADDRESS}=part=>new URL("/${folder}"+part,document.baseURI).href;${found};${LAID}={${laid.join()}}};`;
}

function importing({ code }: Rolldown.OutputChunk, start: Rolldown.OutputChunk): string {
  const from = escaped(`"./${start.fileName.split("/").at(-1) ?? ""}"`);
  return code.replace(
    new RegExp(`import\\{([^}]*)\\}from${from};`),
    (_, names: string) => `const{${names.replaceAll(" as ", ":")}}=${LAID};`,
  );
}

const EXPORT = /export ?\{([^}]*)\};?\s*$/;

/** Pairs of the name within and the name for others. */
function exportsOf(code: string): [string, string][] {
  const list = EXPORT.exec(code)?.[1] ?? "";
  return list
    .split(",")
    .map((item) => item.trim().split(" as "))
    .map(([local = "", name = local]) => [local, name]);
}

function writes(code: string, name: string): number {
  return [...code.matchAll(new RegExp(`(?<![\\w.$])${escaped(name)}\\s*(?:[-+*/|&?]{0,2}=(?!=)|\\+\\+|--)`, "g"))]
    .length;
}

/** One character beyond ASCII makes an engine read the whole file as one of wide characters. */
export function plain(code: string): string {
  return code.replace(/[\u0080-\uffff]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
