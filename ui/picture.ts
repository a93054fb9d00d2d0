// The first picture's script: one of plain characters that loads nothing (src/picture.ts).
import type { Plugin } from "vite";
import { plain } from "./classic.ts";

/** What its modules import and a picture has no use for: it asks the shell for nothing, and carries no values over. */
const ABSENT: Record<string, string> = {
  "@tauri-apps/api/core": "export const invoke = undefined; export class Channel {}",
  devalue: "export const uneval = undefined;",
};
const absent = "\0absent:";

export function picture(): Plugin {
  return {
    name: "picture",
    apply: "build",
    enforce: "pre",
    resolveId: (id) => (id in ABSENT ? absent + id : null),
    load: (id) => (id.startsWith(absent) ? ABSENT[id.slice(absent.length)] : null),
    // Places, dialogs and the sentences of both are the window's. Nobody can ask the picture for them.
    // eslint-disable-next-line @typescript-eslint/no-deprecated, @typescript-eslint/no-unnecessary-type-conversion -- `resolveId` is not told which imports are dynamic
    resolveDynamicImport: (part) => ({ id: String(part), external: true }),
    generateBundle: {
      order: "post",
      handler(_options, bundle) {
        for (const file of Object.values(bundle)) {
          if (file.type !== "chunk" || !file.isEntry || file.imports.length) {
            return this.error(`${file.fileName}: the picture is to be one script`);
          }
          file.code = plain(file.code);
        }
      },
    },
  };
}
