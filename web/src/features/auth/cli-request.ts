/** What `zipp login` asks for by the address that it opens. */
export type CliRequest = {
  /** Of the machine that asks, as it calls itself; null where it gave none that can be shown. */
  machine: string | null;
  /** What only the `zipp` that asks can answer (PKCE's S256: 32 bytes). */
  challenge: string;
  /** Where it listens on the machine of this browser; null where it waits for the code to be pasted. */
  callback: { port: number; state: string } | null;
};

const CHALLENGE = /^[A-Za-z0-9_-]{43}$/;
const STATE = /^[A-Za-z0-9_-]{8,128}$/;
const PORT = /^[1-9][0-9]{3,4}$/;
const [LOWEST_PORT, HIGHEST_PORT] = [1024, 65535];
const MACHINE_CHARACTERS = 60;

/** Null for an address that no `zipp` made. Anybody can write one: nothing of it is believed, the page asks. */
export function readCliRequest(query: URLSearchParams): CliRequest | null {
  const challenge = only(query, "challenge");
  if (challenge === null || !CHALLENGE.test(challenge)) return null;
  const machine = machineName(only(query, "name") ?? "");
  if (!query.has("port")) return { machine, challenge, callback: null };
  const port = only(query, "port") ?? "";
  const state = only(query, "state") ?? "";
  const usable = PORT.test(port) && Number(port) >= LOWEST_PORT && Number(port) <= HIGHEST_PORT && STATE.test(state);
  return usable ? { machine, challenge, callback: { port: Number(port), state } } : null;
}

/** Always this very machine: no host comes from the query. */
export function callbackAddress({ port, state }: { port: number; state: string }, token: string): string {
  return `http://127.0.0.1:${port}/callback?${new URLSearchParams({ state, token })}`;
}

/** One that is given twice is ambiguous. */
function only(query: URLSearchParams, name: string): string | null {
  const [value, another] = query.getAll(name);
  return value !== undefined && another === undefined ? value : null;
}

/** As one line of plain letters: nothing that turns the text around it, breaks it, or hides in it. */
function machineName(name: string): string | null {
  const plain = name
    .slice(0, 1_000)
    .replace(/[\p{C}\p{Z}\s]+/gu, " ")
    .trim();
  const characters = [...plain];
  const cut = characters.length > MACHINE_CHARACTERS ? [...characters.slice(0, MACHINE_CHARACTERS), "…"] : characters;
  return cut.join("") || null;
}
