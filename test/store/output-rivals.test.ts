import { chownSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { asCertdError } from '../../src/core/errors.ts';
import type { Pair } from '../../src/store/generation.ts';
import { isRoot, makeOutput, nobody, outputRoom } from '../support/output-room.ts';
import { startRival } from '../support/rival.ts';
import { treeOf } from '../support/state-dir.ts';

/** Long enough to be written and read in pieces. */
const pairs: readonly [Pair, Pair] = [pairOf('a'), pairOf('b')];

function pairOf(letter: string): Pair {
  const part = (name: string) => `${name} ${letter.repeat(20_000)}\n`;
  return { cert: part('LEAF'), chain: part('CHAIN'), key: part('KEY') };
}

/** Whose directory the rival plays with: his own, where he is another user. */
const owner = isRoot ? String(nobody) : null;

/** A directory that the rival owns, and one of another owner that he would like to have changed. */
function contestedRoom() {
  const room = outputRoom();
  const victim = join(room.top, 'victim');
  mkdirSync(victim, { mode: 0o755 });
  writeFileSync(join(victim, 'x.pem'), 'mine', { mode: 0o600 });
  if (isRoot) chownSync(room.dir, nobody, nobody);
  return { ...room, victim };
}

it('who swaps the directory for a link gains nothing', async () => {
  const room = contestedRoom();
  mkdirSync(room.at('tls'), { mode: 0o755 });
  if (isRoot) chownSync(room.at('tls'), nobody, nobody);
  symlinkSync(room.victim, room.at('link'));
  const before = treeOf(room.victim);
  const rival = await startRival(
    room.dir,
    `fs.renameSync(at('tls'), at('dir')); fs.renameSync(at('link'), at('tls'));
     fs.renameSync(at('tls'), at('link')); fs.renameSync(at('dir'), at('tls'));`,
  );
  const file = makeOutput({ path: room.at('tls/x.pem'), owner });
  const ends = { written: 0, 'output-link': 0, 'output-directory-missing': 0 };
  // Until both have happened often, whichever is the rarer; each try meets another moment of the rival.
  for (let i = 0; i < 50_000 && (ends.written < 100 || ends['output-link'] < 100); i++) {
    const end = await endOf(room.write([file], pairs[i % 2 === 0 ? 0 : 1]));
    if (end !== 'written' && end !== 'output-link' && end !== 'output-directory-missing')
      throw new Error(end);
    ends[end] += 1;
  }
  await rival.end();
  expect(treeOf(room.victim)).toEqual(before);
  expect(ends.written).toBeGreaterThanOrEqual(100);
  expect(ends['output-link']).toBeGreaterThanOrEqual(100);
  expect(readFileSync(room.at('tls/x.pem'), 'utf8').length).toBe(60_018);
});

it('who puts links in the place of the files gains nothing either', async () => {
  const room = contestedRoom();
  const before = treeOf(room.victim);
  const rival = await startRival(
    room.dir,
    `for (const name of ['.certd-new-x.pem', 'x.pem']) {
       fs.rmSync(at(name), { force: true });
       try { fs.symlinkSync('../victim/x.pem', at(name)); } catch (error) { if (error.code !== 'EEXIST') throw error; }
       fs.rmSync(at(name), { force: true });
     }`,
  );
  const file = makeOutput({ path: room.at('x.pem'), owner });
  let written = 0;
  let refused = 0;
  for (let i = 0; i < 50_000 && (written < 100 || refused < 100); i++) {
    const end = await endOf(room.write([file], pairs[i % 2 === 0 ? 0 : 1]));
    if (end === 'written') written += 1;
    else refused += 1;
  }
  await rival.end();
  expect(treeOf(room.victim)).toEqual(before);
  expect([written, refused]).toEqual([expect.any(Number), expect.any(Number)]);
  expect(Math.min(written, refused)).toBeGreaterThanOrEqual(100);
});

it('nobody else can open a file at any moment of its making', async () => {
  const room = outputRoom();
  const file = makeOutput({ path: room.at('x.pem'), mode: 0o440 });
  await room.write([file], pairs[0]);
  const rival = await startRival(
    room.dir,
    `for (const name of ['.certd-new-x.pem', 'x.pem']) {
       try { fs.closeSync(fs.openSync(at(name), 'r')); say('opened ' + name); }
       catch (error) { if (error.code === 'EACCES' && name !== 'x.pem') enough(); else if (error.code !== 'ENOENT' && error.code !== 'EACCES') throw error; }
     }`,
  );
  const before = process.umask(0);
  try {
    // Until he has met a file that was being made.
    for (let i = 0; i < 50_000 && !rival.isSated(); i++)
      await room.write([file], pairs[(i + 1) % 2 === 0 ? 0 : 1]);
  } finally {
    process.umask(before);
  }
  const said = await rival.end();
  if (isRoot) expect([rival.isSated(), said]).toEqual([true, []]);
  // Where the tests are not root's the rival is the owner, and may read.
  else expect(said.length).toBeGreaterThan(0);
});

it('a reader sees the old file or the new one, never half of one', async () => {
  const room = outputRoom();
  const file = makeOutput({ path: room.at('x.pem'), content: 'fullchain', mode: 0o444 });
  await room.write([file], pairs[0]);
  const rival = await startRival(
    room.dir,
    `const text = fs.readFileSync(at('x.pem'), 'utf8');
     const [, letter] = /^LEAF ([ab])/.exec(text) ?? [];
     if (text !== 'LEAF ' + letter.repeat(20000) + '\\nCHAIN ' + letter.repeat(20000) + '\\n') say('half: ' + text.length);
     globalThis.seen ??= { a: 0, b: 0 };
     seen[letter] += 1;
     if (Math.min(seen.a, seen.b) > 100) enough();`,
  );
  for (let i = 1; i < 50_000 && !rival.isSated(); i++) await room.write([file], pairs[i % 2 === 0 ? 0 : 1]);
  expect(rival.isSated()).toBe(true);
  expect(await rival.end()).toEqual([]);
});

async function endOf(written: Promise<void>): Promise<string> {
  return written.then(
    () => 'written',
    (thrown: unknown) => asCertdError(thrown).code,
  );
}
