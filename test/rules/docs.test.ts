import { existsSync } from 'node:fs';
import { join, posix } from 'node:path';
import type { Command } from 'commander';
import { expect, test } from 'vitest';
import { laterCommands } from '../../src/commands/later.ts';
import { certdProgram } from '../../src/commands/tree.ts';
import { type Document, documentOf, documents } from '../support/documents.ts';
import { rule } from '../support/rule.ts';
import { readText, root } from '../support/source-tree.ts';

const pages = documents();
const program = certdProgram(() => {});
const later = new Set(laterCommands.map(({ name }) => name));
const scripts = new Set(Object.keys(JSON.parse(readText('package.json')).scripts));

const trust = 'a page that is wrong once is not believed again';

test('every relative link leads to a file, and its anchor to a heading', () => {
  expect(
    pages.flatMap(brokenLinks),
    rule({ why: trust, mend: 'correct the link, or write the page that it promises' }),
  ).toEqual([]);
});

test('every page can be reached by links from the README', () => {
  expect(
    unreached(pages, 'README.md'),
    rule({
      why: 'a page that nobody is led to is not read, and not mended either',
      mend: 'link it from the page where its reader is, a decision from docs/decisions/README.md',
    }),
  ).toEqual([]);
});

test('every path of the tree that a page names exists', () => {
  expect(
    pages.flatMap(brokenPaths),
    rule({ why: trust, mend: 'correct the path; `*` stands for any name' }),
  ).toEqual([]);
});

test('a link that is a name leads to the source file that declares the name', () => {
  expect(
    pages.flatMap(brokenNames),
    rule({
      why: 'the walkthrough is read beside the code; a function that is not there stops the reader',
      mend: 'follow the code again and correct the page',
    }),
  ).toEqual([]);
});

test('every command that a page names exists, with its options', () => {
  expect(
    pages.flatMap(brokenCommands),
    rule({ why: trust, mend: 'correct the command, or take the sentence out until the command exists' }),
  ).toEqual([]);
});

test('the README begins with the two commands', () => {
  const commands = [...readText('README.md').matchAll(/^ *(scripts\/\S+)/gm)].map(([, command]) => command);
  expect(commands.slice(0, 2)).toEqual(['scripts/demo', 'scripts/test']);
});

test('the rules see what is broken', () => {
  const page = documentOf(
    'docs/x.md',
    [
      'See [here](./nowhere.md), [there](../README.md#no-such-heading), [`nobody`](../src/reconcile.ts),',
      '`src/nothing.ts`, `npm run nothing`, `scripts/nothing` and `certd polish --force`.',
      '```sh',
      'certd renew --gently www.example.com',
      '```',
    ].join('\n'),
  );
  expect(unreached([documentOf('a.md', '[b](./b.md#x)'), documentOf('b.md', ''), page], 'a.md')).toEqual([
    'docs/x.md',
  ]);
  expect(brokenLinks(page)).toEqual(['docs/x.md: ./nowhere.md', 'docs/x.md: ../README.md#no-such-heading']);
  expect(brokenPaths(page)).toEqual(['docs/x.md: src/nothing.ts', 'docs/x.md: scripts/nothing']);
  expect(brokenNames(page)).toEqual(['docs/x.md: nobody is not in ../src/reconcile.ts']);
  expect(brokenCommands(page)).toEqual([
    'docs/x.md: npm run nothing',
    'docs/x.md: certd polish --force',
    'docs/x.md: certd renew --gently www.example.com',
  ]);
});

function unreached(all: readonly Document[], first: string): string[] {
  const left = new Map(all.map(page => [page.path, page]));
  const visit = (path: string) => {
    const page = left.get(path);
    left.delete(path);
    for (const { target } of page?.links ?? []) visit(leadsTo(path, target));
  };
  visit(first);
  return [...left.keys()];
}

function leadsTo(path: string, target: string): string {
  const [file = ''] = target.split('#');
  return posix.join(posix.dirname(path), file);
}

function brokenLinks({ path, links, anchors }: Document): string[] {
  return links
    .filter(({ target }) => !/^[a-z]+:/.test(target))
    .filter(({ target }) => {
      const [file = '', anchor] = target.split('#');
      const found = file === '' ? path : posix.join(posix.dirname(path), file);
      if (!existsSync(join(root, found))) return true;
      if (anchor === undefined) return false;
      const there = found === path ? anchors : documentOf(found, readText(found)).anchors;
      return !there.includes(anchor);
    })
    .map(({ target }) => `${path}: ${target}`);
}

const treePath = /^(?:\.ci|docs|scripts|src|systemd|test)\/[\w./*-]*$/;

function brokenPaths({ path, spans, shell }: Document): string[] {
  const words = [...spans, ...shell].flatMap(text => text.split(/\s+/));
  return words
    .filter(word => treePath.test(word))
    .filter(word => !existsSync(join(root, word.replace(/\*.*$/, ''))))
    .map(word => `${path}: ${word}`);
}

function brokenNames({ path, links }: Document): string[] {
  return links.flatMap(({ words, target }) => {
    const name = /^`([A-Za-z]\w*)`$/.exec(words)?.[1];
    if (name === undefined || !target.endsWith('.ts')) return [];
    const file = join(posix.dirname(path), target);
    const declared = new RegExp(`\\b(?:function\\*?|const|type|interface|class) ${name}\\b`);
    return declared.test(readText(file)) ? [] : [`${path}: ${name} is not in ${target}`];
  });
}

function brokenCommands({ path, spans, shell }: Document): string[] {
  return [...spans, ...shell].filter(isBroken).map(text => `${path}: ${text}`);
}

function isBroken(text: string): boolean {
  const [first = '', ...rest] = text
    .replace(/^(?:sudo |npx )+/, '')
    .replace(/^node dist\/certd\.js/, 'certd')
    .split(/\s+/);
  if (first === 'npm' && rest[0] === 'run') return rest.slice(1).filter(isWord).slice(0, 1).some(isNoScript);
  if (first !== 'certd' || rest.length === 0) return false;
  const [name = ''] = rest;
  if (name === 'help' || name === '--version' || later.has(name)) return false;
  const command = program.commands.find(one => one.name() === name);
  return command === undefined || rest.some(word => isUnknownOption(word, command));
}

function isNoScript(name: string): boolean {
  return !scripts.has(name);
}

function isWord(text: string): boolean {
  return !text.startsWith('-');
}

function isUnknownOption(word: string, { options }: Command): boolean {
  const long = /^--[a-z-]+/.exec(word)?.[0];
  return long !== undefined && !options.some(option => option.long === long);
}
