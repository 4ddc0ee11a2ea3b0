import { expect, test } from 'vitest';
import { rule } from '../support/rule.ts';
import { filesBelow, readText } from '../support/source-tree.ts';

/** Put together here, so that this file does not contain what it looks for. */
const workplace = [
  new RegExp(`(?<![\\w>})])/wo${'rk'}/`),
  new RegExp(`\\bfa${'rm'}\\b`, 'i'),
  new RegExp(`/tmp/te${'am'}`),
  new RegExp(`npm${'js'}\\.(org|com)`),
  new RegExp(`npm${'mirror'}`),
];

type Locked = {
  readonly version?: string;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly dev?: boolean;
  readonly hasInstallScript?: boolean;
};

const lock: { readonly packages: Readonly<Record<string, Locked>> } = JSON.parse(
  readText('package-lock.json'),
);
const locked = Object.entries(lock.packages).filter(([path]) => path !== '');
const manifest = JSON.parse(readText('package.json'));

test('nothing in the tree names the machine that it was written on, or a registry', () => {
  const found = filesBelow('.').filter(path => workplace.some(words => words.test(readText(path))));
  expect(
    found,
    rule({
      why: 'a path or host of one machine means nothing on another',
      mend: 'write what holds everywhere, or leave it out',
    }),
  ).toEqual([]);
});

test('installing certd or its dependencies runs no script', () => {
  const hooks = ['preinstall', 'install', 'postinstall', 'prepare', 'prepublish', 'prepublishOnly'];
  const why = 'an install script runs foreign code on every machine before anybody has read it';
  expect(
    hooks.filter(hook => hook in manifest.scripts),
    rule({ why, mend: 'make it a script that somebody calls' }),
  ).toEqual([]);
  expect(readText('.npmrc'), rule({ why, mend: 'put `ignore-scripts=true` back into .npmrc' })).toMatch(
    /^ignore-scripts=true$/m,
  );
  expect(
    locked
      .filter(([, { dev, hasInstallScript }]) => dev !== true && hasInstallScript === true)
      .map(([path]) => path)
      // Its script builds what is missing for a rare machine. It is never run: what we use comes built, in a package of its own.
      .filter(path => path !== 'node_modules/koffi'),
    rule({ why, mend: 'choose a package without one' }),
  ).toEqual([]);
});

test('the lock file pins every package to one version, and what is installed at run time to its bytes', () => {
  expect(locked.filter(([, { version }]) => !/^\d+\.\d+\.\d+/.test(version ?? ''))).toEqual([]);
  expect(
    locked.filter(([, { dev, integrity }]) => dev !== true && !/^sha512-/.test(integrity ?? '')),
    rule({
      why: 'without the digest the registry could send something else',
      mend: 'install the package again so that npm writes its integrity',
    }),
  ).toEqual([]);
});
