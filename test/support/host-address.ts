import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** ioctl(2) of netdevice(7): iproute2 may be missing, and every Debian has perl. IPv4 addresses get a label each. */
const program = `
use Socket qw(:DEFAULT inet_pton AF_INET6);
my ($how, $address) = @ARGV;
my ($set, $netmask, $flags, $delete) = (0x8916, 0x891c, 0x8914, 0x8936);
if ($address =~ /:/) {
  socket(my $socket, AF_INET6, SOCK_DGRAM, 0) or die $!;
  my $loopback = 1;
  my $request = pack('a16 L i', inet_pton(AF_INET6, $address), 128, $loopback);
  ioctl($socket, $how eq 'add' ? $set : $delete, $request) or die $!;
} else {
  socket(my $socket, AF_INET, SOCK_DGRAM, 0) or die $!;
  my $label = 'lo:' . unpack('H8', inet_aton($address));
  my $of = sub { pack('a16 a16', $label, pack_sockaddr_in(0, inet_aton($_[0]))) };
  if ($how eq 'add') {
    ioctl($socket, $set, $of->($address)) or die $!;
    ioctl($socket, $netmask, $of->('255.255.255.255')) or die $!;
  } else {
    ioctl($socket, $flags, pack('a16 s', $label, 0)) or die $!;
  }
}
`;

/** Gives this host one more IP address until the function that it returns is called. Only in a network of the test's own. */
export async function addHostAddress(address: string): Promise<() => Promise<void>> {
  const change = async (how: string) =>
    void (await promisify(execFile)('perl', ['-e', program, how, address]));
  await change('add');
  return () => change('remove');
}
