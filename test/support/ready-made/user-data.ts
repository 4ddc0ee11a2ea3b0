import { gunzipSync } from 'node:zlib';
import { z } from 'zod';
import { readYaml } from './read-yaml.ts';

/** What a host gets from user-data. */
export type UserData = {
  /** By their paths. */
  readonly files: Readonly<Record<string, string>>;
  /** Variables that the start of the installer gets. */
  readonly settings: Readonly<Record<string, string>>;
  /** Commands before it, as they stand. */
  readonly before: readonly string[];
};

const written = z.strictObject({
  path: z.string().startsWith('/'),
  content: z.string(),
  encoding: z.literal('gz+b64').optional(),
});
const common = { write_files: z.array(written) };
const cloudConfig = z.strictObject({ ...common, runcmd: z.array(z.array(z.string())) });
const mergedConfig = z.strictObject({ ...common, merge_how: z.string() });

/** The start of the installer, which both forms write and run. */
const start = ['sh', '/run/certd-install/start.sh'];

/** Of a `#cloud-config`. Throws for keys that it does not know, and commands that it does not expect. */
export function readCloudConfig(text: string): UserData {
  if (!text.startsWith('#cloud-config\n')) throw new Error('cloud-init goes by the first line');
  const { write_files, runcmd } = cloudConfig.parse(readYaml(text));
  const [last = [], ...rest] = [...runcmd].reverse();
  const settings = last.slice(1, -2).map(word => word.split('=', 2));
  if (last[0] !== 'env' || last.slice(-2).join(' ') !== start.join(' '))
    throw new Error(`the last command is ${last.join(' ')}`);
  return {
    files: filesOf(write_files),
    settings: Object.fromEntries(settings),
    before: rest.map(words => words.join(' ')).reverse(),
  };
}

/** Of the MIME multipart with a `#cloud-config` and a shell script. */
export function readMultipart(text: string): UserData {
  const [config = '', script = ''] = partsOf(text);
  const { write_files } = mergedConfig.parse(readYaml(config));
  const lines = script.split('\n').filter(line => line !== '' && !line.startsWith('#'));
  if (lines.at(-1) !== `exec ${start.join(' ')}`) throw new Error(`the last command is ${lines.at(-1)}`);
  const isSetting = (line: string) => line.startsWith('export ');
  const settings = lines.filter(isSetting).map(line => /^export (\w+)='([^']*)'$/.exec(line)?.slice(1) ?? []);
  return {
    files: filesOf(write_files),
    settings: Object.fromEntries(settings),
    before: lines.slice(0, -1).filter(line => !isSetting(line)),
  };
}

/** The bodies of a cloud-config and a shell script (RFC 2046 §5.1.1). */
export function partsOf(text: string): string[] {
  const boundary = /^Content-Type: multipart\/mixed; boundary="(.+)"\nMIME-Version: 1\.0\n\n/.exec(text)?.[1];
  if (boundary === undefined) throw new Error('no head of a multipart');
  const [, ...parts] = text.split(`\n--${boundary}`);
  if (parts.pop() !== '--\n') throw new Error('the multipart has no end');
  const types = ['text/cloud-config', 'text/x-shellscript'];
  return parts.map((part, index) => {
    const head = `\nContent-Type: ${types[index]}; charset="us-ascii"\n\n`;
    if (!part.startsWith(head)) throw new Error(`part ${index} begins with ${part.slice(0, 80)}`);
    return part.slice(head.length);
  });
}

function filesOf(entries: readonly z.infer<typeof written>[]): Record<string, string> {
  return Object.fromEntries(
    entries.map(({ path, content, encoding }) => [
      path,
      encoding === undefined ? content : gunzipSync(Buffer.from(content, 'base64')).toString(),
    ]),
  );
}
