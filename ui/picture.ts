// The first picture's script: one of plain characters that loads nothing (src/picture.ts).
import type { Plugin } from "vite";
import { plain } from "./classic.ts";

export function picture(): Plugin {
  return {
    name: "picture",
    apply: "build",
    enforce: "post",
    // Places, dialogs and the sentences of both are the window's. Nobody can ask the picture for them.
    resolveDynamicImport: (part) => ({ id: String(part), external: true }),
    generateBundle: {
      order: "post",
      handler(_options, bundle) {
        for (const file of Object.values(bundle)) {
          if (file.type !== "chunk" || !file.isEntry || file.imports.length) return this.error(`${file.fileName}: the picture is to be one script`);
          file.code = plain(file.code);
        }
      },
    },
  };
}
