import js from "@eslint/js";
import svelte from "eslint-plugin-svelte";
import globals from "globals";
import ts from "typescript-eslint";
import svelteConfig from "./svelte.config.js";

// The window talks to the shell in one folder, so that everything else can be read and tested without it.
const shell = { group: ["@tauri-apps/*"], message: "Only ui/src/tauri/ talks to the shell." };

// Each room uses only rooms that stand above it.
const rooms = [
  "tauri",
  "i18n",
  "sessions",
  "state",
  "styles",
  "commands",
  "navigation",
  "actions",
  "input",
  "events",
  "components",
  "dialogs",
  "pages",
];
const directions = rooms.map((room, at) => ({
  files: [`src/${room}/**`],
  ignores: ["src/tauri/**"],
  rules: {
    "no-restricted-imports": [
      "error",
      {
        patterns: [
          shell,
          ...rooms
            .slice(at + 1)
            .map((later) => ({ regex: `^\\.\\./${later}/(?!.*\\.css$)`, message: `${room} stands before ${later}.` })),
        ],
      },
    ],
  },
}));

// A command that can be refused is called where the table of errors is known: what a person does by `run`, what a page
// shows by a resource's `load`, and by `attempt` where the form itself shows the sentence. What cannot fail is sent.
const oneWayToCommand = {
  "no-restricted-syntax": [
    "error",
    {
      selector: [
        "MemberExpression[object.name='commands']",
        ":not(CallExpression[callee.name=/^(run|attempt|send)$/] > CallExpression > MemberExpression)",
        ":not(CallExpression[callee.name=/^(run|attempt|send)$/] > ConditionalExpression > CallExpression > MemberExpression)",
        ":not(CallExpression[callee.name='resource'] Property[key.name='load'] CallExpression > MemberExpression)",
      ].join(""),
      message: "Call it within run(…), attempt(…), send(…) or a resource's load (ui/src/commands/).",
    },
    {
      selector: "ImportSpecifier[imported.name='commands'][local.name!='commands']",
      message: "Commands keep their name, so that it is seen where they are called.",
    },
  ],
};

// The engine's table of zones may be years old. What the clocks show comes from the shell, as offsets.
const noZonesOfTheEngine = {
  "no-restricted-properties": [
    "error",
    { object: "Intl", property: "DateTimeFormat", message: "Hours come from offsets (i18n/offsets.ts)." },
    {
      object: "Intl",
      property: "supportedValuesOf",
      message: "Names of zones come from the shell (components/zones.ts).",
    },
    ...["toLocaleString", "toLocaleDateString", "toLocaleTimeString", "getTimezoneOffset"].map((property) => ({
      property,
      message: "Hours come from offsets (i18n/offsets.ts).",
    })),
  ],
};

export default ts.config(
  { ignores: ["dist", "src/tauri/bindings.ts"] },
  js.configs.recommended,
  ...ts.configs.strictTypeChecked,
  ...ts.configs.stylisticTypeChecked,
  ...svelte.configs.recommended,
  // How things look is for Prettier to say.
  ...svelte.configs.prettier,
  {
    languageOptions: {
      globals: { ...globals.browser },
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname, extraFileExtensions: [".svelte"] },
    },
  },
  {
    files: ["**/*.svelte", "**/*.svelte.ts"],
    languageOptions: { parserOptions: { parser: ts.parser, svelteConfig } },
    rules: {
      // The page's policy forbids both.
      "svelte/no-inline-styles": "error",
      "svelte/no-at-html-tags": "error",
      // ESLint knows no types of components and takes all that comes from them for `any`; svelte-check knows them.
      "@typescript-eslint/no-unsafe-argument": "off",
      "@typescript-eslint/no-unsafe-assignment": "off",
      "@typescript-eslint/no-unsafe-return": "off",
      // It does not see that `{#if}` is a condition.
      "@typescript-eslint/prefer-nullish-coalescing": "off",
    },
  },
  {
    rules: {
      "no-restricted-imports": ["error", { patterns: [shell] }],
      ...oneWayToCommand,
      ...noZonesOfTheEngine,
      // What does not fit beside its condition stands in braces.
      curly: ["error", "multi-line"],
      "@typescript-eslint/consistent-type-definitions": ["error", "type"],
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
    },
  },
  ...directions,
  // The settings of the tools are in no project of TypeScript's.
  { files: ["*.config.js"], ...ts.configs.disableTypeChecked },
  { files: ["src/tauri/**"], rules: { "no-restricted-imports": "off", "no-restricted-syntax": "off" } },
  { files: ["*.config.*", "src/tests/**"], languageOptions: { globals: { ...globals.node } } },
);
