import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  linkSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { type Pair, readIssuedPair } from '../../src/store/generation.ts';
import { readIssuerState } from '../../src/store/issuer-state.ts';
import type { Layout } from '../../src/store/layout.ts';
import { namesOnDisk, observe } from '../../src/store/observe.ts';
import { makePair, writeGeneration } from '../support/make-pair.ts';
import { canBeOtherUsers } from '../support/other-users.ts';
import { openStateDir } from '../support/state-dir.ts';

const name = 'a.example';
const id = '0001-aabbccdd';
const decoyId = '0002-dec0dec0';
const origin = '{"schema":1,"ca":"main","directory":"https://ca.test/dir"}\n';

/** Users that no machine has: whose account is taken, and somebody else. */
const issuer = 64_299;
const stranger = 64_298;

let pair: Pair;
let layout: Layout;

beforeAll(async () => {
  pair = await makePair();
});

beforeEach(async () => {
  layout = await openStateDir();
  await issue(layout.issuedOf(name));
  await issue(layout.issuedOf('b.example'));
});

async function issue(parent: string): Promise<void> {
  mkdirSync(parent);
  await writeGeneration(join(parent, id), pair);
  writeFileSync(join(parent, id, 'generation.json'), origin);
}

/** A place outside `issuer/` with all that is needed to be taken for one of a name. */
async function decoy(): Promise<string> {
  const path = join(layout.root, 'decoy');
  await issue(path);
  return path;
}

/** A hundred thousand files. */
function fill(directory: string): void {
  execFileSync('sh', ['-c', 'seq 1 100000 | xargs touch'], { cwd: directory });
}

const file = (of: string) => join(layout.issuedGeneration(name, id), of);

function replaced(path: string, by: (path: string) => unknown): void {
  rmSync(path, { recursive: true });
  by(path);
}

/** What is seen of the name, and of the one beside it, which must not suffer. */
function seen(): unknown {
  expect(observe(layout, 'b.example')).toMatchObject({ issued: [{ id }], faults: [] });
  const { issued, faults } = observe(layout, name);
  return [
    ...issued.map(generation => generation.id),
    ...faults.map(fault => `${fault.code} ${fault.message}`),
  ];
}

const damaged = (of: string, why: string) => [
  `generation-damaged ${layout.issuedGeneration(name, id)}${of}: ${why}`,
];

it('reads what certd has made', () => {
  expect(seen()).toEqual([id]);
});

describe('what is no directory of the issuer’s is not gone into', () => {
  it('a link in the place of a name', async () => {
    const path = await decoy();
    replaced(layout.issuedOf(name), at => symlinkSync(path, at));
    expect(seen()).toEqual([`state-corrupt ${layout.issuedOf(name)} cannot be used: it is no directory`]);
    expect(() => readIssuedPair(layout, layout.issuedGeneration(name, id))).toThrow(
      expect.objectContaining({ code: 'generation-damaged' }),
    );
  });

  it('a link in the place of a generation', async () => {
    const path = await decoy();
    replaced(layout.issuedGeneration(name, id), at => symlinkSync(join(path, id), at));
    expect(seen()).toEqual(damaged('', 'it is no directory'));
  });

  it('a link to another generation of the same name', () => {
    symlinkSync(id, layout.issuedGeneration(name, '0002-aabbccdd'));
    expect(seen()).toEqual([
      id,
      `generation-damaged ${layout.issuedGeneration(name, '0002-aabbccdd')}: it is no directory`,
    ]);
  });

  it.each(['issued', 'work', 'state', 'revoked', 'attempts'] as const)(
    'a link in the place of %s: every name has a fault, and none is lost',
    place => {
      const away = join(layout.root, 'elsewhere');
      renameSync(layout[place], away);
      symlinkSync(away, layout[place]);
      const message = `${layout[place]} cannot be used: it is no directory`;
      for (const each of [name, 'b.example']) {
        expect(observe(layout, each).faults).toEqual([{ code: 'state-corrupt', message, blocking: true }]);
      }
    },
  );

  it('whoever lists all names is told so', () => {
    replaced(layout.issued, at => symlinkSync('/etc', at));
    expect(() => namesOnDisk(layout)).toThrow(
      expect.objectContaining({
        code: 'state-corrupt',
        message: `${layout.issued} cannot be used: it is no directory`,
      }),
    );
  });

  it('but how issuer/ itself is reached is for the administrator to say', () => {
    const away = join(layout.root, 'on-another-disk');
    renameSync(layout.issuer, away);
    symlinkSync(away, layout.issuer);
    expect(seen()).toEqual([id]);
  });
});

describe('what is no file is not read', () => {
  it.each<[string, (path: string) => unknown]>([
    ['a link', path => symlinkSync('../../b.example/0001-aabbccdd/cert.pem', path)],
    ['a pipe that nobody writes into', path => execFileSync('mkfifo', [path])],
    ['a directory', path => mkdirSync(path)],
  ])('%s', (_, make) => {
    replaced(file('cert.pem'), make);
    expect(seen()).toEqual(damaged('/cert.pem', 'it is no regular file'));
  });

  it('a socket', async () => {
    const server = createServer();
    onTestFinished(() => void server.close());
    rmSync(file('cert.pem'));
    await new Promise<void>(listening => server.listen(file('cert.pem'), listening));
    expect(seen()).toEqual(damaged('/cert.pem', 'it is no regular file'));
  });

  it('a pipe in the place of a state', () => {
    execFileSync('mkfifo', [layout.issuerState(name)]);
    expect(() => readIssuerState(layout, name)).toThrow(
      expect.objectContaining({
        code: 'state-corrupt',
        message: `${layout.issuerState(name)} cannot be used: it is no regular file`,
      }),
    );
  });

  it.skipIf(!canBeOtherUsers())('a device', () => {
    replaced(file('cert.pem'), path => execFileSync('mknod', [path, 'c', '1', '5']));
    expect(seen()).toEqual(damaged('/cert.pem', 'it is no regular file'));
  });
});

describe('what is too large is not read', () => {
  it.each([
    ['a key', 'privkey.pem', 262_144],
    ['what it came from', 'generation.json', 1_048_576],
  ])('%s of ten gigabytes', (_, of, most) => {
    replaced(file(of), path => {
      closeSync(openSync(path, 'w'));
      truncateSync(path, 10 * 1024 ** 3);
    });
    const path = `${layout.issuedGeneration(name, id)}/${of}`;
    const used = of === 'generation.json' ? `${path} cannot be used: it` : `${path}: it`;
    expect(seen()).toEqual([`generation-damaged ${used} has 10737418240 bytes, more than ${most}`]);
  });

  it('a directory with 100,000 entries', () => {
    fill(layout.issuedOf(name));
    expect(seen()).toEqual([
      `state-corrupt ${layout.issuedOf(name)} cannot be used: it has more than 256 entries`,
    ]);
  });

  it('more names than there are certificates in the world of one host', () => {
    fill(layout.issued);
    expect(() => namesOnDisk(layout)).toThrow('it has more than 100000 entries');
    expect(seen()).toEqual([id]);
  });
});

it.each([
  '$(touch hooked)',
  ';touch hooked',
  '`touch hooked`',
  'x\ny',
  '\u001b]0;title\u0007',
  '\u202egpj.exe',
  '..x..',
  '-rf',
])('takes nothing named %j for a name or a generation', entry => {
  for (const place of [layout.issued, layout.work, layout.issuedOf(name)]) mkdirSync(join(place, entry));
  expect(namesOnDisk(layout)).toEqual([name, 'b.example']);
  expect(seen()).toEqual([id]);
  expect(existsSync('hooked')).toBe(false);
});

it.each<[string, string | Uint8Array, string]>([
  ['nested a hundred thousand deep', '{"schema":'.repeat(100_000), 'it is not JSON'],
  ['a closed nest', `${'['.repeat(400_000)}${']'.repeat(400_000)}`, 'it is no JSON object'],
  ['no UTF-8', Buffer.from('{"schema":1,"\xff":1}', 'latin1'), 'it is not UTF-8'],
  ['a prototype', '{"schema":1,"__proto__":{"failures":1}}', '"failures" is not a whole number'],
])('a state that is %s is corrupt', (_, text, why) => {
  writeFileSync(layout.issuerState(name), text);
  expect(seen()).toEqual([id, `state-corrupt ${layout.issuerState(name)} cannot be used: ${why}`]);
});

describe.skipIf(!canBeOtherUsers())('where issuer/ belongs to another user', () => {
  beforeEach(() => {
    execFileSync('chown', ['-R', `${issuer}:${issuer}`, layout.issuer]);
  });

  it('root reads it', () => {
    expect(seen()).toEqual([id]);
  });

  it('a file of somebody else is none of certd’s', () => {
    chownSync(file('privkey.pem'), stranger, stranger);
    expect(seen()).toEqual(damaged('/privkey.pem', `it belongs to user ${stranger}`));
  });

  it('nor is a directory', () => {
    chownSync(layout.issuedGeneration(name, id), stranger, stranger);
    expect(seen()).toEqual(damaged('', `it belongs to user ${stranger}`));
    chownSync(layout.issuedOf(name), stranger, stranger);
    expect(seen()).toEqual([
      `state-corrupt ${layout.issuedOf(name)} cannot be used: it belongs to user ${stranger}`,
    ]);
  });

  it('a second name of a file of root’s is not read, but one that root has put there is', () => {
    const secret = join(layout.root, 'secret');
    writeFileSync(secret, pair.key, { mode: 0o600 });
    rmSync(file('privkey.pem'));
    linkSync(secret, file('privkey.pem'));
    expect(seen()).toEqual(damaged('/privkey.pem', 'it is a file of root that has another name elsewhere'));
    rmSync(secret);
    expect(seen()).toEqual([id]);
  });

  it('its own files may have other names: a copy with `cp -al` spoils nothing', () => {
    execFileSync('cp', ['-al', layout.issuer, join(layout.root, 'backup')]);
    expect(seen()).toEqual([id]);
  });

  it('a change of its owner is noticed', () => {
    expect(seen()).toEqual([id]);
    execFileSync('chown', ['-R', `${stranger}:${stranger}`, layout.issuer]);
    expect(seen()).toEqual([id]);
  });

  it('never goes into a link, whoever puts one in the place of a directory meanwhile', async () => {
    // Of the same owner and all in order: only where it lies tells it from a real one.
    const away = join(layout.root, 'away');
    mkdirSync(away);
    await writeGeneration(join(away, decoyId), pair);
    writeFileSync(join(away, decoyId, 'generation.json'), origin);
    execFileSync('chown', ['-R', `${issuer}:${issuer}`, away]);
    chmodSync(dirname(layout.root), 0o711);
    const hostile = spawn(process.execPath, ['-e', swaps, layout.issuedOf(name), away], {
      uid: issuer,
      gid: issuer,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => void hostile.kill('SIGKILL'));
    await once(hostile.stdout, 'data');
    const met = new Set<string>();
    // As often as it takes to meet both, and then as often again.
    for (let looks = 0, enough = 20_000; looks < enough; looks++) {
      const { issued, faults } = observe(layout, name);
      for (const generation of issued) met.add(generation.id);
      for (const { message } of faults) met.add(message.replace(layout.root, ''));
      if (met.size >= 2 && enough === 20_000) enough = looks * 2 + 500;
    }
    expect(hostile.exitCode).toBeNull();
    expect([...met].sort()).toEqual([`/issuer/issued/${name} cannot be used: it is no directory`, id]);
  });
});

/** Takes turns between a directory and a link to the decoy in its place, as fast as it can. */
const swaps = `
  const { renameSync, symlinkSync, unlinkSync } = require('node:fs');
  const [place, decoy] = process.argv.slice(1);
  const away = place + '.away';
  process.stdout.write('on\\n');
  for (;;) {
    renameSync(place, away);
    symlinkSync(decoy, place);
    unlinkSync(place);
    renameSync(away, place);
  }
`;
