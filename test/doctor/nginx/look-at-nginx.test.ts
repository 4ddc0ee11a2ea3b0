import { describe, expect, it } from 'vitest';
import { lookAtNginx } from '../../../src/doctor/nginx/look-at-nginx.ts';
import { makeTools } from '../../support/make-tools.ts';

const dump = '# configuration file /etc/nginx/nginx.conf:\nevents {}\n';
const good = { failed: null, stdout: dump, stderr: '' };

function master(words: string, program = '/usr/sbin/nginx') {
  // nginx fills the rest of its old arguments with nothing.
  return { program, argv: [`nginx: master process ${words}`] };
}

async function callsOf(...processes: readonly ReturnType<typeof master>[]): Promise<readonly string[]> {
  const calls: string[] = [];
  const run = async (argv: readonly string[]) => {
    calls.push(argv.join(' '));
    return good;
  };
  await lookAtNginx(makeTools({ processes, run, installed: ['nginx'] }));
  return calls;
}

describe('which nginx is asked', () => {
  it('the one that is installed, where none runs', async () => {
    expect(await callsOf()).toEqual(['/usr/sbin/nginx -T']);
  });

  it('the one that runs, with the files that it was started with', async () => {
    const words = '/opt/nginx/sbin/nginx -c /opt/a.conf -p /opt -g daemon off;';
    expect(await callsOf(master(words, '/opt/nginx/sbin/nginx'))).toEqual([
      '/opt/nginx/sbin/nginx -T -c /opt/a.conf -p /opt',
    ]);
  });

  it('each that runs with another configuration, and each once', async () => {
    expect(await callsOf(master('nginx'), master('nginx'), master('nginx -c /b.conf'))).toEqual([
      '/usr/sbin/nginx -T',
      '/usr/sbin/nginx -T -c /b.conf',
    ]);
  });

  it('the new program, where the one that runs was replaced', async () => {
    expect(await callsOf(master('nginx', '/usr/sbin/nginx (deleted)'))).toEqual(['/usr/sbin/nginx -T']);
  });

  it('no worker, and nobody else', async () => {
    const others = [['nginx: worker process'], ['vim', 'nginx: master process x'], []];
    expect(await callsOf(...others.map(argv => ({ program: '/bin/x', argv })))).toEqual([
      '/usr/sbin/nginx -T',
    ]);
  });
});

describe('what becomes of the look', () => {
  const look = (answer: { failed: string | null; stdout: string; stderr: string }) =>
    lookAtNginx(makeTools({ run: async () => answer, installed: ['nginx'] }));

  it('nothing is installed', async () => {
    expect(await lookAtNginx(makeTools())).toEqual([{ server: 'nginx', kind: 'absent' }]);
  });

  it('its test fails: its last words, bounded and without secrets', async () => {
    const stderr = `${'nginx: [warn] y\n'.repeat(50)}nginx: [emerg] unknown directive "x" Authorization: Bearer abcdefgh\u001b[2J\n`;
    const [failed] = await look({ failed: 'exit 1', stdout: '', stderr });
    expect(failed).toMatchObject({ kind: 'failed' });
    const words = failed?.kind === 'failed' ? failed.words : '';
    expect(words).toContain('unknown directive "x"');
    expect(words).not.toContain('abcdefgh');
    expect(words).not.toContain('\u001b');
    expect(words.length).toBeLessThan(700);
  });

  it('it succeeds and prints nothing: that is no configuration without sites', async () => {
    expect(await look({ ...good, stdout: '' })).toMatchObject([{ kind: 'failed' }]);
    expect(await look(good)).toMatchObject([{ server: 'nginx', kind: 'read', sites: [], gaps: [] }]);
  });
});
