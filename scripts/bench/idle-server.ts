// Run by latency.ts with the path of a socket: answers every request there at once with the same few bytes, until SIGTERM.
import { createServer } from 'node:net';

const [socket = ''] = process.argv.slice(2);
const answer = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}';
createServer(client => {
  client.on('error', () => client.destroy());
  client.once('data', () => client.end(answer));
}).listen(socket);
process.once('SIGTERM', () => process.exit(0));
