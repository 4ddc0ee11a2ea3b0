import { describe, expect, it } from 'vitest';
import { lookAtApache } from '../../src/doctor/apache/look-at-apache.ts';
import { lookAtHaproxy } from '../../src/doctor/haproxy/look-at-haproxy.ts';
import { makeTools } from '../support/make-tools.ts';

const answer = (stdout = '') => ({ failed: null, stdout, stderr: '' });

function recorder(stdout = '') {
  const calls: string[] = [];
  const run = async (argv: readonly string[]) => {
    calls.push(argv.join(' '));
    return answer(stdout);
  };
  return { calls, run };
}

const dump = 'Included configuration files:\n  (*) /a.conf\nServerRoot: "/"\n';
const asked = '-t -D DUMP_INCLUDES -D DUMP_RUN_CFG -D DUMP_MODULES';

describe('which Apache is asked', () => {
  const callsOf = async (installed: readonly string[], ...argvs: readonly (readonly string[])[]) => {
    const { calls, run } = recorder(dump);
    const processes = argvs.map(argv => ({ program: '/usr/sbin/apache2', argv }));
    await lookAtApache(makeTools({ installed, run, processes, files: { '/a.conf': '' } }));
    return calls;
  };

  it('by the script that knows its environment where there is one, and httpd itself elsewhere', async () => {
    expect(await callsOf(['apache2', 'apache2ctl', 'apachectl'])).toEqual([`/usr/sbin/apache2ctl ${asked}`]);
    expect(await callsOf(['httpd', 'apachectl'])).toEqual([`/usr/sbin/httpd ${asked}`]);
    expect(await callsOf(['apache2ctl'], ['/usr/sbin/apache2', '-k', 'start'])).toEqual([
      `/usr/sbin/apache2ctl ${asked}`,
    ]);
    expect(await callsOf([])).toEqual([]);
  });

  it('the one that runs with files of its own, by its program', async () => {
    expect(
      await callsOf(['apache2ctl'], ['apache2', '-d', '/srv', '-f', '/a.conf', '-D', 'FOREGROUND']),
    ).toEqual([`/usr/sbin/apache2 -d /srv -f /a.conf ${asked}`]);
  });
});

describe('what becomes of the look at Apache', () => {
  const look = (files: Readonly<Record<string, string>>, stdout = dump) =>
    lookAtApache(makeTools({ installed: ['httpd'], run: async () => answer(stdout), files }));

  it('a file that cannot be read, and a macro, are gaps', async () => {
    expect(await look({})).toMatchObject([
      { kind: 'read', gaps: [expect.stringContaining('/a.conf cannot be read')] },
    ]);
    expect(await look({ '/a.conf': 'A\nUse Site a.example' })).toMatchObject([
      { gaps: ['/a.conf:2 uses a macro, which doctor does not follow'] },
    ]);
  });

  it('no file at all is a failure, and nothing installed is none', async () => {
    expect(await look({}, 'Syntax OK')).toMatchObject([{ kind: 'failed' }]);
    expect(await lookAtApache(makeTools())).toEqual([{ server: 'apache', kind: 'absent' }]);
  });
});

describe('the look at HAProxy', () => {
  const look = async (files: Readonly<Record<string, string>>, argv?: readonly string[]) => {
    const { calls, run } = recorder();
    const processes = argv === undefined ? [] : [{ program: '/usr/sbin/haproxy', argv }];
    const looks = await lookAtHaproxy(makeTools({ installed: ['haproxy'], run, processes, files }));
    return { calls, looks };
  };
  const site = 'frontend f\nbind :443 ssl crt /tls crt-list /list\n';

  it('takes the usual file where none runs', async () => {
    const { calls, looks } = await look({
      '/etc/haproxy/haproxy.cfg': site,
      '/list': '/l.pem',
      '/tls/a.pem': '',
    });
    expect(calls).toEqual(['/usr/sbin/haproxy -c -f /etc/haproxy/haproxy.cfg']);
    const [read] = looks;
    expect(read?.kind === 'read' && read.sites.map(({ certificates: [one] }) => one?.certificate)).toEqual([
      '/tls/a.pem',
      '/l.pem',
    ]);
    expect(read?.kind === 'read' && read.gaps).toEqual([]);
  });

  it('takes the files and directories that it was started with', async () => {
    const files = { '/d/b.cfg': site, '/d/a.cfg': 'global\ncrt-base /x', '/d/c.txt': site, '/e.cfg': '' };
    const { calls, looks } = await look(files, [
      'haproxy',
      '-Ws',
      '-f',
      '/d',
      '-p',
      '/run/p',
      '--',
      '/e.cfg',
    ]);
    expect(calls).toEqual(['/usr/sbin/haproxy -c -f /d -f /e.cfg']);
    expect(looks).toMatchObject([{ kind: 'read', sites: [{ place: '/d/b.cfg:2' }] }]);
  });

  it('a list that cannot be read, and a condition, are gaps', async () => {
    const { looks } = await look({ '/etc/haproxy/haproxy.cfg': `.if 1\n${site}.endif` });
    expect(looks).toMatchObject([
      {
        gaps: [
          expect.stringContaining('/etc/haproxy/haproxy.cfg:1 is a condition'),
          expect.stringContaining('/list'),
        ],
      },
    ]);
  });

  it('a failed test is told in its own words, and nothing installed is no failure', async () => {
    const run = async () => ({ failed: 'exit 1', stdout: '', stderr: '[ALERT] unknown keyword\n' });
    expect(await lookAtHaproxy(makeTools({ installed: ['haproxy'], run }))).toEqual([
      { server: 'haproxy', kind: 'failed', words: '[ALERT] unknown keyword (exit 1)' },
    ]);
    expect(await lookAtHaproxy(makeTools())).toEqual([{ server: 'haproxy', kind: 'absent' }]);
  });
});
