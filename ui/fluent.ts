// Fluent files as their parser leaves them: it runs when the window is built, not each time that it starts.
import { readFileSync } from "node:fs";
import { FluentResource } from "@fluent/bundle";
import type { Plugin } from "vite";

export function fluent(): Plugin {
  return {
    name: "fluent",
    load(file) {
      if (!file.endsWith(".ftl")) return null;
      this.addWatchFile(file);
      const { body } = new FluentResource(readFileSync(file, "utf8"));
      const odd = body.find(
        (entry) => entry.id.startsWith("-") || Object.keys(entry.attributes).length > 0 || entry.value === null,
      );
      if (odd) throw new Error(`${file}: ${odd.id} is a term or has attributes, which the window does not read`);
      const patterns = Object.fromEntries(body.map((message) => [message.id, message.value]));
      // As text: an engine reads JSON faster than the same thing as a program.
      return `export default Object.entries(JSON.parse(${JSON.stringify(JSON.stringify(patterns))})).map(([id, value]) => ({ id, value, attributes: {} }));`;
    },
  };
}
