import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";
import { classic } from "./classic.ts";
import { fluent } from "./fluent.ts";
import { picture } from "./picture.ts";

const target = ["safari16.4", "es2022"];

// Builds of their own, because what is built together shares files: the window; with `--mode picture` what is seen of it
// first; with `--mode ring` the small window that rings where no notification service answers.
export default defineConfig(({ mode }) =>
  mode === "picture"
    ? {
        plugins: [svelte(), fluent(), picture()],
        ssr: { noExternal: true },
        build: {
          ssr: "src/picture.ts",
          target,
          minify: true,
          emptyOutDir: false,
          // The shell knows that file by its name.
          rolldownOptions: { output: { format: "iife", entryFileNames: "assets/picture.js" } },
        },
      }
    : {
        plugins: [svelte(), fluent(), mode === "ring" ? [] : classic("first")],
        // The Fluent files lie beside ui/, because Rust reads the same ones.
        server: { port: 5173, strictPort: true, fs: { allow: [".."] } },
        clearScreen: false,
        build: {
          target,
          emptyOutDir: mode !== "ring",
          // Everything in files: the page's policy allows neither data: images nor inline styles.
          assetsInlineLimit: 0,
          modulePreload: { polyfill: false },
          rolldownOptions: {
            input: mode === "ring" ? "ring.html" : "index.html",
            // All that the first page needs comes in one file, with all of Svelte that is used anywhere: there is one
            // state of it. What else is wanted later comes when it is.
            // The shell knows that file by its name.
            output:
              mode === "ring"
                ? {}
                : {
                    codeSplitting: {
                      groups: [{ name: "first", test: /src\/(main\.ts|App\.svelte)$|node_modules\/svelte\// }],
                    },
                    chunkFileNames: ({ name }) => (name === "first" ? "assets/first.js" : "assets/[name]-[hash].js"),
                  },
          },
        },
        test: { include: ["src/tests/*.test.ts"], environment: "node" },
      },
);
