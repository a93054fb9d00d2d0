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
  { rules: { ...shellOnlyInTauri, "@typescript-eslint/consistent-type-definitions": ["error", "type"] } },
  { files: ["src/tauri/**"], rules: { "no-restricted-imports": "off" } },
  { files: ["*.config.*", "src/tests/**"], languageOptions: { globals: { ...globals.node } } },
);
