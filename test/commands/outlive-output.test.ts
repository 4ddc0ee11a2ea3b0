import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { ownDir } from '../support/state-dir.ts';
import { waitUntil } from '../support/wait-until.ts';

const entry = join(import.meta.dirname, '../../src/certd.ts');

let dir: string;

beforeEach(() => {
  dir = ownDir();
  const one = '{ domains: [a.example], challenge: { webroot: /srv } }';
  writeFileSync(join(dir, 'config.yaml'), `account: { agree_tos: true }\ncertificates: [${one}]\n`);
});

function certd(words: readonly string[], stdout: 'pipe' | number = 'pipe') {
  const flags = ['--config', join(dir, 'config.yaml')];
  const child = spawn(process.execPath, [entry, ...words, ...flags], {
    stdio: ['ignore', stdout, 'pipe'],
    env: { PATH: process.env['PATH'] ?? '' },
  });
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', piece => {
    stderr += piece;
  });
  const ended = new Promise(resolve => {
    child.once('close', (code, signal) => resolve({ code, signal, stderr }));
  });
  return { child, ended };
}

it('a command that nobody reads to the end ends quietly, with its own exit code', async () => {
  const { child, ended } = certd(['check-config']);
  child.stdout?.destroy();
  expect(await ended).toEqual({ code: 0, signal: null, stderr: '' });
});

it('a command whose output has no room says so, and fails', async () => {
  const full = openSync('/dev/full', 'w');
  const { ended } = certd(['check-config'], full);
  closeSync(full);
  const stderr = 'certd: disk-full: write failed with ENOSPC\n';
  expect(await ended).toEqual({ code: 1, signal: null, stderr });
});

it('a daemon goes on without a reader of its log', async () => {
  const words = ['run', '--state-dir', join(dir, 'state'), '--runtime-dir', join(dir, 'run')];
  writeFileSync(join(dir, 'config.yaml'), 'account: { agree_tos: true }\ncertificates: []\n');
  const { child, ended } = certd(words);
  const lines = linesOf(child);
  await waitUntil('it runs', () => (lines().some(line => line.includes('certd started')) ? true : null));
  child.stdout?.destroy();
  child.stderr?.destroy();
  // Each reload is a line of the log.
  child.kill('SIGHUP');
  await waitUntil('it answers', () => answers(join(dir, 'run/control.sock')));
  child.kill('SIGTERM');
  expect(await ended).toEqual({ code: 0, signal: null, stderr: '' });
});

function linesOf({ stdout }: ChildProcess): () => readonly string[] {
  let text = '';
  stdout?.setEncoding('utf8').on('data', piece => {
    text += piece;
  });
  return () => text.split('\n');
}

function answers(path: string): Promise<true | null> {
  return new Promise(resolve => {
    const socket = connect(path, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(null));
  });
}
