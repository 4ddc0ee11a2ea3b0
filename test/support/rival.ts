import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import { isRoot, nobody } from './output-room.ts';

/** Another process that runs `turn` without a pause, as nobody where the tests are root's. */
export type Rival = {
  /** Whether `turn` has called `enough()`. */
  isSated(): boolean;
  /** Ends it, and returns what `turn` has given to `say`, a line each. */
  end(): Promise<readonly string[]>;
};

/** `turn`: the body of a function of `fs`, `at` (a path in the room), `say` and `enough`. Returns when it has run once. */
export async function startRival(dir: string, turn: string): Promise<Rival> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', program(turn), dir], {
    stdio: ['pipe', 'pipe', 'inherit', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [, output, , signals] = child.stdio;
  if (output === null || signals === undefined || signals === null) throw new Error('the rival is mute');
  const said = text(output);
  let sated = false;
  const running = once(signals, 'data');
  signals.on('data', piece => {
    sated ||= String(piece).includes('enough');
  });
  await running;
  return {
    isSated: () => sated,
    end: async () => {
      child.stdin?.end();
      const [code] = await once(child, 'exit');
      if (code !== 0) throw new Error(`the rival ended with ${code}`);
      return (await said).split('\n').filter(line => line !== '');
    },
  };
}

function program(turn: string): string {
  const drop = isRoot ? `process.setgroups([]); process.setgid(${nobody}); process.setuid(${nobody});` : '';
  return `
    import fs from 'node:fs';
    ${drop}
    const at = name => process.argv[1] + '/' + name;
    const signal = word => fs.writeSync(3, word);
    const say = line => fs.writeSync(1, line + '\\n');
    let isEnough = false;
    const enough = () => { if (!isEnough) signal('enough'); isEnough = true; };
    const turn = () => { ${turn} };
    let ended = false;
    process.stdin.on('end', () => { ended = true; }).resume();
    turn();
    signal('ready');
    const go = () => {
      for (let i = 0; i < 50; i++) turn();
      if (!ended) setImmediate(go);
    };
    go();
  `;
}
