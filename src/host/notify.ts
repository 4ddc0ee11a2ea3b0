import { getSystemErrorName } from 'node:util';
import koffi from 'koffi';
import { CertdError } from '../core/errors.ts';

/** `sun_path` of Linux has 108 bytes; a path ends with a zero among them (unix(7)). */
const longestAddress = 107;

/**
 * sd_notify(3): a function that sends one datagram to the service manager. Node has no unix datagram socket, so libc is
 * called. `address` is what NOTIFY_SOCKET holds: an absolute path, or `@` and the rest of an abstract address. Does not wait
 * for a manager that does not read. Both throw `notify-failed`.
 */
export function openNotify(address: string): (state: string) => void {
  const to = sockaddrOf(address);
  // The libc that the program itself runs on, whichever it is.
  const libc = koffi.load(null);
  const socket = libc.func('int socket(int, int, int)');
  const sendto = libc.func('int64_t sendto(int, const void*, uint64_t, int, const void*, uint32_t)');
  const close = libc.func('int close(int)');
  return state => {
    const fd: number = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0) throw failed('socket', address);
    const message = Buffer.from(state);
    const sent = sendto(fd, message, message.length, MSG_NOSIGNAL | MSG_DONTWAIT, to, to.length);
    // Before close(2), which may set another one.
    const failure = sent < 0 ? failed('sendto', address) : null;
    close(fd);
    if (failure !== null) throw failure;
  };
}

const AF_UNIX = 1;
const SOCK_DGRAM = 2;
const SOCK_CLOEXEC = 0o2000000;
const MSG_DONTWAIT = 0x40;
const MSG_NOSIGNAL = 0x4000;

/** `struct sockaddr_un`. An abstract address begins with a zero byte and has none at its end. */
function sockaddrOf(address: string): Buffer {
  const name = Buffer.from(address);
  if (!/^[/@]./s.test(address) || name.length > longestAddress || name.includes(0)) {
    throw new CertdError(
      'notify-failed',
      `NOTIFY_SOCKET is no address of a socket: ${JSON.stringify(address)}`,
    );
  }
  const abstract = address.startsWith('@');
  if (abstract) name[0] = 0;
  const family = Buffer.alloc(2);
  family.writeUInt16LE(AF_UNIX);
  return Buffer.concat([family, name, Buffer.alloc(abstract ? 0 : 1)]);
}

function failed(call: string, address: string): CertdError {
  const errno = getSystemErrorName(-koffi.errno());
  return new CertdError('notify-failed', `${call} to ${address} failed with ${errno}`, { facts: { errno } });
}
