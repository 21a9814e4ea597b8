// The rules for the extension's and the desk's JavaScript. Types are checked by TypeScript, layout by nobody.

import js from "@eslint/js";

/** Text from pages and servers is never read as markup or as a program. */
const SAFETY = {
  "no-eval": "error",
  "no-implied-eval": "error",
  "no-new-func": "error",
  "no-script-url": "error",
  "no-restricted-properties": [
    "error",
    ...["innerHTML", "outerHTML", "insertAdjacentHTML", "setHTMLUnsafe", "parseHTMLUnsafe"].map((property) => ({
      property,
      message: "Text is never read as markup; make elements, or set textContent.",
    })),
    { object: "document", property: "write", message: "Make elements." },
  ],
};

export default [
  {
    files: ["extension/**/*.js", "api/static/review/*.js"],
    linterOptions: { reportUnusedDisableDirectives: "error" },
    languageOptions: { ecmaVersion: 2024, sourceType: "module" },
    rules: {
      ...js.configs.recommended.rules,
      ...SAFETY,
      "no-control-regex": "off", // a pattern names them to take them out
      "no-undef": "off", // TypeScript knows what scripts of one page share
      eqeqeq: ["error", "always", { null: "ignore" }],
      "no-var": "error",
      "prefer-const": "error",
      "no-throw-literal": "error",
      "no-unused-expressions": "error",
      "no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
      "no-use-before-define": ["error", { functions: false, classes: false, variables: false }],
      "array-callback-return": "error",
    },
  },
  // Injected one after another into one scope: what one declares, another uses.
  {
    files: ["extension/page/*.js"],
    languageOptions: { sourceType: "script" },
    rules: { "no-unused-vars": ["error", { vars: "local", argsIgnorePattern: "^_" }] },
  },
];
