// A server in Node as people write it: it says back what it hears, runs as a user of its own, and reads its certificate
// anew at SIGHUP. Arguments: port, file with leaf and chain, file with the key, user and group as numbers.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:tls';

const [port, fullchain = '', key = '', uid, gid] = process.argv.slice(2);
process.setgroups?.([]);
process.setgid?.(Number(gid));
process.setuid?.(Number(uid));

const context = () => ({ cert: readFileSync(fullchain), key: readFileSync(key) });
const server = createServer(context(), socket => socket.on('error', () => undefined).pipe(socket));

process.on('SIGHUP', () => {
  try {
    server.setSecureContext(context());
    console.log('context read anew');
  } catch (error) {
    console.log('context kept:', String(error));
  }
});

// The kernel forgets who is to be told of the parent's death when the user changes.
const parent = process.ppid;
setInterval(() => process.ppid === parent || process.exit(), 500).unref();

server.listen(Number(port), '127.0.0.1');
