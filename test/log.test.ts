import { describe, expect, it } from 'vitest';
import { openLog } from '../src/log.ts';
import { openPrettyLog } from '../src/log-pretty.ts';

function opened(style: 'json' | 'journald', level = 'trace') {
  const written: string[] = [];
  return { log: openLog({ level, style, write: text => written.push(text) }), written };
}

const keyText = '-----BEGIN PRIVATE KEY-----\nMIGHAgEA\n-----END PRIVATE KEY-----\n';

describe('as JSON', () => {
  it('writes one object a line: level, time, the facts, and the static message', () => {
    const { log, written } = opened('json');
    log.info({ certificate: 'a.example', output: 'two\nlines' }, 'hook ran');
    expect(written).toHaveLength(1);
    expect(written[0]).toMatch(/^\{[^\n]*\}\n$/);
    const { time, ...rest } = JSON.parse(written[0] ?? '');
    expect(rest).toEqual({ level: 30, certificate: 'a.example', output: 'two\nlines', msg: 'hook ran' });
    expect(Number.isInteger(time)).toBe(true);
  });

  it('has no key and no credential in a line, at any level, and the line stays JSON', () => {
    const { log, written } = opened('json');
    for (const level of ['debug', 'info', 'warn', 'error'] as const) {
      log[level]({ output: keyText, headers: { authorization: 'Bearer SECRET' } }, 'hook ran');
    }
    expect(written).toHaveLength(4);
    for (const line of written) {
      expect(JSON.parse(line)).toMatchObject({
        output: '[private key removed]\n',
        headers: { authorization: '[removed]' },
      });
    }
  });
});

describe('under journald', () => {
  it.each([
    ['debug', 7, 20],
    ['info', 6, 30],
    ['warn', 4, 40],
    ['error', 3, 50],
  ] as const)('%s has the priority %d, and no time: the journal has its own', (name, priority, level) => {
    const { log, written } = opened('journald');
    log[name]({ code: 'x' }, 'said');
    expect(written).toEqual([`<${priority}>{"level":${level},"code":"x","msg":"said"}\n`]);
  });

  it('gives each line its own priority', () => {
    const { log, written } = opened('journald');
    log.error('one');
    log.info('two');
    log.error('three');
    expect(written.map(line => line.slice(0, 3))).toEqual(['<3>', '<6>', '<3>']);
  });

  it('has no key in a line', () => {
    const { log, written } = opened('journald');
    log.info({ output: keyText }, 'hook ran');
    expect(written).toEqual(['<6>{"level":30,"output":"[private key removed]\\n","msg":"hook ran"}\n']);
  });
});

describe('the level', () => {
  it.each([
    ['debug', ['debug', 'info', 'warn', 'error']],
    ['info', ['info', 'warn', 'error']],
    ['warn', ['warn', 'error']],
    ['error', ['error']],
    ['fatal', []],
  ])('%s lets through %j', (level, expected) => {
    for (const style of ['json', 'journald'] as const) {
      const { log, written } = opened(style, level);
      log.debug('debug');
      log.info('info');
      log.warn('warn');
      log.error('error');
      expect(written.map(line => JSON.parse(line.replace(/^<\d>/, '')).msg)).toEqual(expected);
    }
  });
});

describe('the level can change', () => {
  it.each(['json', 'journald'] as const)('of a log as %s', style => {
    const { log, written } = opened(style, 'warn');
    log.info('before');
    log.level = 'info';
    log.info('more');
    log.level = 'error';
    log.warn('after');
    expect(written.map(line => JSON.parse(line.replace(/^<\d>/, '')).msg)).toEqual(['more']);
  });
});

describe('for a person at a terminal', () => {
  function pretty(color: boolean): string {
    let written = '';
    const log = openPrettyLog('info', color, text => {
      written += text;
    });
    log.debug('hidden');
    log.info({ certificate: 'a.example', output: keyText }, 'hook ran');
    return written;
  }

  it('is written at once, with the message, the facts and no key', () => {
    const text = pretty(false);
    expect(text).toMatch(/^\[\d\d:\d\d:\d\d\] INFO: hook ran\n/);
    expect(text).toContain('certificate: "a.example"');
    expect(text).toContain('[private key removed]');
    expect(text).not.toContain('MIGH');
    expect(text).not.toContain('hidden');
  });

  it.each([false, true])(
    'has nothing of others that a terminal would act on, in colour or not: %s',
    color => {
      let written = '';
      const log = openPrettyLog('info', color, text => {
        written += text;
      });
      const output = 'a\u001b[2Jb\u009b2Jc\u202ed\u2028e\rf\u007f';
      log.warn(
        { output, deeper: { list: [output] }, err: new Error(output), error: { message: output } },
        'x',
      );
      const withoutColors = ['33', '35', '36', '39'].reduce(
        (text, sgr) => text.replaceAll(`\u001b[${sgr}m`, ''),
        written,
      );
      expect(withoutColors).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      expect(withoutColors).toContain('output: "a\\u001b[2Jb\\u009b2Jc\\u202ed\\u2028e\\rf\\u007f"');
    },
  );

  it('has colour only where it is asked for', () => {
    expect(pretty(false)).not.toContain('\u001b[');
    expect(pretty(true)).toContain('\u001b[');
  });
});
