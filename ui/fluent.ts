// Fluent files as their parser leaves them: it runs when the window is built, not each time that it starts.
import { readFileSync } from "node:fs";
import { FluentResource } from "@fluent/bundle";
import type { Plugin } from "vite";

export function fluent(): Plugin {
  return {
    name: "fluent",
    load(id) {
      if (!id.endsWith(".ftl")) return null;
      const { body } = new FluentResource(readFileSync(id, "utf8"));
      const odd = body.find((entry) => entry.id.startsWith("-") || Object.keys(entry.attributes).length > 0 || entry.value === null);
      if (odd) throw new Error(`${id}: ${odd.id} is a term or has attributes, which the window does not read`);
      const patterns = Object.fromEntries(body.map((message) => [message.id, message.value]));
      // As text: an engine reads JSON faster than the same thing as a program. Each byte of it is read at each start.
      return `export default Object.entries(JSON.parse(${JSON.stringify(JSON.stringify(patterns))})).map(([id, value]) => ({ id, value, attributes: {} }));`;
    },
  };
}
