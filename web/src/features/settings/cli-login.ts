/** As a shell takes it. The platform's address and a token have no character that needs quoting; others are quoted. */
export function loginCommand(origin: string, token: string): string {
  return `zipp login --url ${shellWord(origin)} --token ${shellWord(token)}`;
}

function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
