// Fluent files as their parser leaves them: it runs when the window is built, not each time that it starts.
// `window.ftl?first` has the sentences of the first script, `window.ftl?rest` those of what is loaded later.
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { FluentResource } from "@fluent/bundle";
import type { Plugin } from "vite";

const src = join(import.meta.dirname, "src");

export function fluent(): Plugin {
  let first: Set<string>;
  return {
    name: "fluent",
    buildStart() {
      first = saidFrom("main.ts", "ring.ts");
    },
    load(id) {
      const [file = "", part] = id.split("?");
      if (!file.endsWith(".ftl")) return null;
      this.addWatchFile(file);
      const { body } = new FluentResource(readFileSync(file, "utf8"));
      const odd = body.find(
        (entry) => entry.id.startsWith("-") || Object.keys(entry.attributes).length > 0 || entry.value === null,
      );
      if (odd) throw new Error(`${file}: ${odd.id} is a term or has attributes, which the window does not read`);
      const wanted = body.filter((message) => first.has(message.id) === (part === "first"));
      const patterns = Object.fromEntries(wanted.map((message) => [message.id, message.value]));
      // As text: an engine reads JSON faster than the same thing as a program. Each byte of it is read at each start.
      return `export default Object.entries(JSON.parse(${JSON.stringify(JSON.stringify(patterns))})).map(([id, value]) => ({ id, value, attributes: {} }));`;
    },
    generateBundle(_options, bundle) {
      // What was found by reading imports is held against what is really in the first script.
      for (const chunk of Object.values(bundle)) {
        if (chunk.type !== "chunk" || !(chunk.isEntry || chunk.name === "first")) continue;
        const said = chunk.moduleIds
          .filter((id) => id.startsWith(src))
          .flatMap((id) => saidIn(readFileSync(id, "utf8")));
        const missing = said.filter((id) => !first.has(id));
        if (missing.length) this.error(`the first script says ${missing.join(", ")}, which comes later`);
      }
    },
  };
}

/** The sentences that a text of the window asks for, by their names. */
export function saidIn(source: string): string[] {
  const calls = source.matchAll(/\bsay\(\s*(?:\w+\s+\?\s+"([\w-]+)"\s+:\s+)?["']([\w-]+)["']/g);
  return [...calls].flatMap((match) => [match[1], match[2]].filter((id) => id !== undefined));
}

/** The sentences of these files and of all that they import at once. */
function saidFrom(...entries: string[]): Set<string> {
  const seen = new Set<string>();
  const said = new Set<string>();
  const left = entries.map((entry) => join(src, entry));
  for (let file = left.pop(); file; file = left.pop()) {
    if (seen.has(file)) continue;
    seen.add(file);
    const source = readFileSync(file, "utf8");
    for (const id of saidIn(source)) said.add(id);
    for (const [, path = ""] of source.matchAll(/^\s*(?:import|export)\s(?!type\b)[^;]*?\sfrom\s"(\.[^"?]+)"/gm)) {
      const found = ["", ".ts", "/index.ts"]
        .map((end) => join(dirname(file), path + end))
        .find((at) => /\.\w+$/.test(at) && existsSync(at));
      if (found && /\.(ts|svelte)$/.test(found)) left.push(found);
    }
  }
  return said;
}
