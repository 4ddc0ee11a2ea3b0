import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { basename } from 'node:path';

/** Serves the files of one directory over HTTP on 127.0.0.1, and looks at who asks. */
export async function servePackages(dir: string) {
  let downloaders: string[] = [];
  const server = createServer((request, response) => {
    downloaders.push(...commandLines(['curl', 'wget']));
    const [path = ''] = (request.url ?? '').split('?');
    const name = basename(path);
    if (name === 'endless.deb') {
      const more = () => {
        while (response.write(Buffer.alloc(1 << 20)));
      };
      response.on('drain', more).on('error', () => {});
      more();
    } else if (!readdirSync(dir).includes(name)) response.writeHead(404).end();
    else response.end(readFileSync(`${dir}/${name}`));
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server without a port');
  return {
    url: (name: string) => `http://127.0.0.1:${address.port}/${name}`,
    /** The command lines of those who asked since the last call. */
    takeDownloaders: () => downloaders.splice(0),
    stop: () => {
      downloaders = [];
      server.closeAllConnections();
      return new Promise<void>(resolve => server.close(() => resolve()));
    },
  };
}

/** Of the processes that run one of these programs. */
function commandLines(programs: readonly string[]): string[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .flatMap(pid => {
      try {
        const isOne = programs.includes(readFileSync(`/proc/${pid}/comm`, 'utf8').trim());
        return isOne ? [readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')] : [];
      } catch {
        // It has ended meanwhile.
        return [];
      }
    });
}
