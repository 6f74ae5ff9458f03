// E-mail addresses as people paste them: one, many, with names, apart by commas, semicolons, tabs or lines.

export interface Address {
  email: string;
  name: string;
}

/** Enough to catch typing errors; the server decides. */
const EMAIL = /^[^\s@<>(),;:"[\]]{1,64}@[^\s@<>(),;:"[\]]+\.[^\s@<>(),;:"[\].]+$/;

export const isEmail = (text: string): boolean => text.length <= 254 && EMAIL.test(text);

/** Reads a list; what is no address comes back in `wrong`, as typed. */
export function parseAddresses(text: string): { found: Address[]; wrong: string[] } {
  const found: Address[] = [];
  const wrong: string[] = [];
  for (const piece of pieces(text)) {
    const address = parseAddress(piece);
    if (address) found.push(address);
    else wrong.push(piece);
  }
  return { found, wrong };
}

/** Splits at separators that are not inside quotes: `"Kim, Alice" <alice@example.test>; bob@example.test`. */
function pieces(text: string): string[] {
  return (text.match(/(?:"[^"]*"|[^,;\r\n\t])+/g) ?? []).map((piece) => piece.trim()).filter((piece) => piece !== '');
}

function parseAddress(piece: string): Address | null {
  const named = /^(.*?)\s*<([^<>]*)>$/.exec(piece);
  const email = (named?.[2] ?? piece).trim().replace(/^mailto:/i, '');
  const name = (named?.[1] ?? '').trim().replaceAll(/^["']|["']$/g, '').trim();
  return isEmail(email) ? { email, name } : null;
}

export const hasSeparator = (text: string): boolean => /[,;\r\n\t]/.test(text);

export const sameEmail = (a: string, b: string): boolean => a.trim().toLowerCase() === b.trim().toLowerCase();
