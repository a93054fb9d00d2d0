import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";
import { fluent } from "./fluent.ts";

export default defineConfig({
  plugins: [svelte(), fluent()],
  // The Fluent files lie beside ui/, because Rust reads the same ones.
  server: { port: 5173, strictPort: true, fs: { allow: [".."] } },
  clearScreen: false,
  build: {
    target: ["safari16.4", "es2022"],
    // Everything in files: the page's policy allows neither data: images nor inline styles.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // ring.html is the small window that rings where no notification service answers.
    rolldownOptions: {
      input: ["index.html", "ring.html"],
      // All that the first page needs comes in one file; what is wanted later comes when it is.
      output: { codeSplitting: { groups: [{ name: "first", test: /src\/App\.svelte$/ }] } },
    },
  },
  test: { include: ["src/tests/*.test.ts"], environment: "node" },
});
