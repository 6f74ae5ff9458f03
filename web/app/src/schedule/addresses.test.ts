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

// The same cases stand in crates/core/invite/tests/intake.rs.
it.each([
  ['Kim, Alice <a@b.test>; Lee, Bob <b@b.test>', ['Kim, Alice <a@b.test>', 'Lee, Bob <b@b.test>']],
  ['"Kim, Alice" <a@b.test>, \'Bob Lee\' <bob@c.test>', ['Kim, Alice <a@b.test>', 'Bob Lee <bob@c.test>']],
  ['<mailto:a@b.test>, MAILTO:b@b.test?subject=Hi', [' <a@b.test>', ' <b@b.test>']],
  ['김철수＜chulsoo＠b.test＞；박 영희 <young@b.test>、c@b.test', ['김철수 <chulsoo@b.test>', '박 영희 <young@b.test>', ' <c@b.test>']],
  ['Bob Lee bob@b.test Carol carol@b.test', ['Bob Lee <bob@b.test>', 'Carol <carol@b.test>']],
  ['bob@b.test (Bob Lee)', ['Bob Lee <bob@b.test>']],
  ['3M Support (Desk) <a@b.test>', ['3M Support (Desk) <a@b.test>']],
  ['참석자: 김철수 <a@b.test>, b@b.test.', ['김철수 <a@b.test>', ' <b@b.test>']],
  ['To: a@b.test and b@b.test; Cc: c@b.test', [' <a@b.test>', ' <b@b.test>', ' <c@b.test>']],
  ['1. Alice <a@b.test>\n2) Bob <b@b.test>\n- c@b.test!', ['Alice <a@b.test>', 'Bob <b@b.test>', ' <c@b.test>']],
])('reads %s as the server does', (text, expected) => {
  const { found, wrong } = parseAddresses(text);
  expect(found.map(({ email, name }) => `${name} <${email}>`)).toEqual(expected);
  expect(wrong).toEqual([]);
});

it.each(['a@b', 'a b@example.test', '@example.test', 'a@@example.test', 'a@example.', `${'x'.repeat(250)}@example.test`])('refuses %s', (text) => {
  expect(isEmail(text)).toBe(false);
});
