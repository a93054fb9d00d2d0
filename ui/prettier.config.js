// One look for every file of the window, so that nobody has to think of it.
/** @type {import("prettier").Config} */
export default {
  plugins: ["prettier-plugin-svelte"],
  overrides: [{ files: "*.svelte", options: { parser: "svelte" } }],
  printWidth: 120,
};
