import { expect, it } from 'vitest';
import { isEmail, parseAddresses } from './addresses';

it('reads one address', () => {
  expect(parseAddresses(' bob@example.test ')).toEqual({ found: [{ email: 'bob@example.test', name: '' }], wrong: [] });
});

it('splits a pasted list at commas, semicolons and lines', () => {
  const { found } = parseAddresses('a@example.test, b@example.test;c@example.test\r\nd@example.test\n');
  expect(found.map(({ email }) => email)).toEqual(['a@example.test', 'b@example.test', 'c@example.test', 'd@example.test']);
});

it('keeps names, also quoted ones with a comma', () => {
  expect(parseAddresses('"Kim, Alice" <alice@example.test>; 박 캐럴 <carol@example.test>').found).toEqual([
    { email: 'alice@example.test', name: 'Kim, Alice' },
    { email: 'carol@example.test', name: '박 캐럴' },
  ]);
});

it('gives back what is no address', () => {
  expect(parseAddresses('bob, carol@example.test, dave@')).toEqual({
    found: [{ email: 'carol@example.test', name: '' }],
    wrong: ['bob', 'dave@'],
  });
});

it.each(['a@b', 'a b@example.test', '@example.test', 'a@@example.test', 'a@example.', `${'x'.repeat(250)}@example.test`])('refuses %s', (text) => {
  expect(isEmail(text)).toBe(false);
});
