import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';

export type NotifyReceiver = {
  readonly pid: number;
  /** What came so far, a text for each datagram. */
  readonly messages: string[];
  /** Ends it; its socket file stays. Also called when the test ends. */
  close(): Promise<void>;
};

/** Binds the address of its argument, says so, and prints each datagram in hex. `Socket` is part of perl-base. */
const program = `
use Socket;
my $address = shift;
$address =~ s/^@/\\0/;
socket(my $socket, AF_UNIX, SOCK_DGRAM, 0) or die $!;
bind($socket, pack_sockaddr_un($address)) or die $!;
$| = 1;
print "ready\\n";
while (defined(recv($socket, my $message, 65536, 0))) { print unpack("H*", $message), "\\n" }
`;

/**
 * Listens as a service manager does. Node has no unix datagram socket, and every Debian has perl. `address` as in NOTIFY_SOCKET.
 */
export async function startNotifyReceiver(address: string): Promise<NotifyReceiver> {
  const perl = spawn('perl', ['-e', program, address], { stdio: ['ignore', 'pipe', 'inherit'] });
  const messages: string[] = [];
  const ended = once(perl, 'close');
  const close = async () => {
    perl.kill('SIGKILL');
    await ended;
  };
  onTestFinished(close);
  let rest = '';
  await new Promise<void>((resolve, reject) => {
    perl.once('error', reject);
    perl.once('exit', code => reject(new Error(`perl ended with exit code ${code}`)));
    perl.stdout.setEncoding('utf8').on('data', (piece: string) => {
      const lines = `${rest}${piece}`.split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        if (line === 'ready') resolve();
        else messages.push(Buffer.from(line, 'hex').toString());
      }
    });
  });
  if (perl.pid === undefined) throw new Error('perl did not start');
  return { pid: perl.pid, messages, close };
}
