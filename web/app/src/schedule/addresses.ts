// E-mail addresses as people paste them: one, many, with names, apart by commas, semicolons, tabs, lines or blanks.
// By the rules of the server's intake (crates/core/invite/src/intake), which reads whole tables as well.

export interface Address {
  email: string;
  name: string;
}

/** Enough to catch typing errors; the server decides. */
const EMAIL = /^[^\s@<>(),;:"[\]]{1,64}@[^\s@<>(),;:"[\]]+\.[^\s@<>(),;:"[\].]+$/;

/** What has an @ in it and no blank: what people take for an address. */
const TOKEN = /[^\s<>()[\]{}",;]*@[^\s<>()[\]{}",;]*/g;

/** What stands between people and is nobody's name. */
const BETWEEN = new Set(['and', 'or', 'to', 'cc', 'bcc', 'from', '및', '와', '과', '그리고', '참조', '수신', '숨은참조', '받는사람', '참석자', '외']);

export const isEmail = (text: string): boolean => text.length <= 254 && EMAIL.test(text);

/** Reads a list; what is no address comes back in `wrong`, as typed. */
export function parseAddresses(text: string): { found: Address[]; wrong: string[] } {
  const found: Address[] = [];
  const wrong: string[] = [];
  for (const piece of pieces(plain(text))) readPiece(piece, found, wrong);
  return { found, wrong };
}

/** With the characters that are meant: full-width ones and typographic quotes are often typed for the usual ones. */
function plain(text: string): string {
  return text
    .replaceAll(/[\u200B-\u200F\u2060\uFEFF]/g, '')
    .replaceAll(/[\u3000\u00A0]/g, ' ')
    .replaceAll('、', ',')
    .replaceAll(/[“”„«»]/g, '"')
    .replaceAll(/[\uFF01-\uFF5E]/g, (wide) => String.fromCharCode(wide.charCodeAt(0) - 0xfee0));
}

/** Splits at separators that are not inside quotes; `Kim, Alice <alice@example.test>` has a comma of its own. */
function pieces(text: string): string[] {
  const parts = text.match(/(?:"[^"\r\n]*"|[^;\r\n\t])+/g) ?? [];
  const split = (part: string): string[] =>
    /^[^@",]*,[^@",]*<[^<>@]*@[^<>@]*>$/.test(part.trim()) ? [part] : (part.match(/(?:"[^"]*"|[^,])+/g) ?? []);
  return parts.flatMap(split).map((piece) => piece.trim()).filter((piece) => piece !== '');
}

function readPiece(piece: string, found: Address[], wrong: string[]) {
  const tokens = [...piece.matchAll(TOKEN)];
  if (tokens.length === 0 && isSomething(piece)) wrong.push(piece);
  let begin = 0;
  for (const token of tokens) {
    const end = token.index + token[0].length;
    const email = bare(token[0]);
    const before = nameOf(piece.slice(begin, token.index));
    const name = before === '' && tokens.length === 1 ? nameOf(piece.slice(end)) : before;
    if (isEmail(email)) found.push({ email, name });
    else wrong.push(tokens.length === 1 ? piece : token[0]);
    begin = end;
  }
}

const isSomething = (piece: string): boolean => /[\p{L}\p{N}]/u.test(piece) && !piece.endsWith(':') && !isBetween(piece);

const isBetween = (text: string): boolean => BETWEEN.has(text.replaceAll(/[^\p{L}\p{N}]/gu, '').toLowerCase());

/** An address without what people write around it. */
function bare(token: string): string {
  const text = token.replace(/^[.:!?'`*•=_~-]+/, '').replace(/[.:!?'`*•]+$/, '');
  return isEmail(text) ? text : text.replace(/^[^@]*:/, '').replace(/\?.*$/, '');
}

/** A name without what stands around it. */
function nameOf(text: string): string {
  const name = text
    .replace(/^.*:/s, '')
    .replace(/^[\s.)>\]}"'*•,/|-]+/, '')
    .replace(/^\d+[.)][\s"']*/, '')
    .replace(/[\s<([{"',/|=-]+$/, '')
    .replace(/^\((.*)\)$/, '$1')
    .replaceAll(/["<>]/g, '')
    .replaceAll(/\s+/g, ' ')
    .trim();
  return isBetween(name) || !/[\p{L}\p{N}]/u.test(name) ? '' : name;
}

export const hasSeparator = (text: string): boolean => /[,;\r\n\t，；、]/.test(text);

export const sameEmail = (a: string, b: string): boolean => a.trim().toLowerCase() === b.trim().toLowerCase();
