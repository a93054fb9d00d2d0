import js from "@eslint/js";
import svelte from "eslint-plugin-svelte";
import globals from "globals";
import ts from "typescript-eslint";
import svelteConfig from "./svelte.config.js";

// The window talks to the shell in one folder, so that everything else can be read and tested without it.
const shellOnlyInTauri = {
  "no-restricted-imports": ["error", {
    patterns: [{ group: ["@tauri-apps/*"], message: "Only ui/src/tauri/ talks to the shell." }],
  }],
};

// The engine's table of zones may be years old. What the clocks show comes from the shell, in stretches.
const noZonesOfTheEngine = {
  "no-restricted-properties": ["error",
    { object: "Intl", property: "DateTimeFormat", message: "Hours come from stretches (stretches.ts)." },
    { object: "Intl", property: "supportedValuesOf", message: "Names of zones come from the shell (zones.ts)." },
    ...["toLocaleString", "toLocaleDateString", "toLocaleTimeString", "getTimezoneOffset"].map((property) => ({ property, message: "Hours come from stretches (stretches.ts)." })),
  ],
};

export default ts.config(
  { ignores: ["dist", "src/tauri/bindings.ts"] },
  js.configs.recommended,
  ...ts.configs.strict,
  ...ts.configs.stylistic,
  ...svelte.configs.recommended,
  { languageOptions: { globals: { ...globals.browser } } },
  {
    files: ["**/*.svelte", "**/*.svelte.ts"],
    languageOptions: { parserOptions: { extraFileExtensions: [".svelte"], parser: ts.parser, svelteConfig } },
    rules: {
      // The page's policy forbids both.
      "svelte/no-inline-styles": "error",
      "svelte/no-at-html-tags": "error",
    },
  },
  { rules: { ...shellOnlyInTauri, ...noZonesOfTheEngine, "@typescript-eslint/consistent-type-definitions": ["error", "type"] } },
  { files: ["src/tauri/**"], rules: { "no-restricted-imports": "off" } },
  { files: ["*.config.*", "src/tests/**"], languageOptions: { globals: { ...globals.node } } },
);
