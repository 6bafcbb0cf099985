/** Of code, not of language: nothing is capitalised, corrected or remembered. */
export const PLAIN_TEXT = {
  autoComplete: "off",
  autoCapitalize: "off",
  autoCorrect: "off",
  spellCheck: false,
} as const;
