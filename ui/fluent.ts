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
      // As text: an engine reads JSON faster than the same thing as a program.
      return `export default JSON.parse(${JSON.stringify(JSON.stringify(body))});`;
    },
  };
}
