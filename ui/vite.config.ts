import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";
import tauri from "../tauri.conf.json" with { type: "json" };
import { fluent } from "./fluent.ts";

export default defineConfig({
  plugins: [svelte(), fluent()],
  // The Fluent files lie beside ui/, because Rust reads the same ones.
  server: { port: Number(new URL(tauri.build.devUrl).port), strictPort: true, fs: { allow: [".."] } },
  clearScreen: false,
  build: {
    target: ["safari16.4", "es2022"],
    // Everything in files: the page's policy allows neither data: images nor inline styles.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // The window, and the small one that rings where no notification service answers.
    rolldownOptions: { input: ["index.html", "ring.html"] },
  },
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: "node",
          include: ["src/tests/*.test.ts"],
          exclude: ["src/tests/*.svelte.test.ts"],
          environment: "node",
        },
      },
      {
        // State that is followed and effects that run, as in a window.
        extends: true,
        resolve: { conditions: ["browser"] },
        test: {
          name: "runes",
          include: ["src/tests/*.svelte.test.ts"],
          environment: "./src/tests/runes.ts",
          server: { deps: { inline: [/svelte/] } },
        },
      },
    ],
  },
});
