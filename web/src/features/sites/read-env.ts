import { type EnvEntry, parseEnvFile } from "@/features/deploy/env-file";
import { keyProblem, valueProblem } from "@/features/deploy/env-rules";
import { plural } from "@/lib/format";

/** What of a pasted .env can be used, and what can't, said line by line. */
export function readEnv(text: string): { entries: EnvEntry[]; notes: string[] } {
  const { entries, errors } = parseEnvFile(text);
  const notes = errors.map(({ line, message }) => `Line ${line}: ${message}`);
  const usable = entries.filter(({ key, value }) => {
    const problem = keyProblem(key) ?? valueProblem(value);
    if (problem) notes.push(`${key}: ${problem}`);
    return problem === null;
  });
  return {
    entries: usable,
    notes: [...(notes.length > 0 ? [`${plural(usable.length, "variable")} taken over.`] : []), ...notes],
  };
}
