import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { listenOnSocket } from '../../src/health/listen.ts';
import { routeServer } from '../../src/health/server.ts';
import { rule } from '../support/rule.ts';
import { root } from '../support/source-tree.ts';
import { ownDir } from '../support/state-dir.ts';
import { exampleStatus } from '../support/status-examples.ts';

/** The modules of ours, of packages and of Node that `certd …` loads, with a daemon on its socket. */
async function loadedBy(words: readonly string[]): Promise<readonly string[]> {
  const dir = ownDir();
  const server = routeServer(
    { 'GET /status': () => ({ status: 200, body: exampleStatus(['well']) }) },
    () => {},
  );
  onTestFinished(() => void server.close());
  await listenOnSocket(server, join(dir, 'health.sock'), 0o600);
  const list = join(dir, 'loaded');
  const certd = ['--import', join(root, 'test/support/loaded-modules.mjs'), join(root, 'src/certd.ts')];
  const child = spawn(process.execPath, [...certd, ...words, '--runtime-dir', dir], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, LOADED_MODULES: list },
  });
  child.stdout.resume();
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`certd ${words.join(' ')}: exit code ${code}`);
  return readFileSync(list, 'utf8').split('\n');
}

const ours = (loaded: readonly string[]) =>
  loaded.flatMap(url => (url.includes('/src/') ? [url.slice(url.indexOf('/src/') + 1)] : []));

/** Node's own that a start of Node does not have yet, and that each cost as much as all of `certd status`. */
const slow =
  /^NativeModule (_?http\w*|https|http2|tls|crypto|child_process|internal\/crypto\/\w+|internal\/fs\/promises|internal\/util\/parse_args\/.*)$/;

it.each([['status'], ['status', 'www.example'], ['status', '--json'], ['status', '--short']])(
  'certd %s … through the socket loads nothing that is slow',
  async (...words) => {
    const loaded = await loadedBy(words);
    expect(ours(loaded)).toContain('src/health/client.ts');
    expect(
      loaded.filter(name => name.includes('node_modules') || slow.test(name)),
      rule({
        why: 'people wait for it and monitoring runs it every minute: at most twice the start of Node itself',
        mend: 'import it lazily behind the socket (status-without-daemon.ts, cli.ts); node:fs brings internal/fs/promises',
      }),
    ).toEqual([]);
    const rooms = new Set(ours(loaded).map(path => path.split('/')[1]));
    expect([...rooms].sort()).toEqual(['certd.ts', 'cli.ts', 'commands', 'core', 'daemon', 'health']);
  },
);

it('the list sees packages and what is slow of Node where a command needs them', async () => {
  const loaded = await loadedBy(['status', '--help']);
  expect(loaded.filter(name => name.includes('node_modules/commander/')).length).toBeGreaterThan(0);
  expect(loaded.filter(name => slow.test(name)).length).toBeGreaterThan(0);
});
