/** `DEBIAN/control`. `size`: of all files, in KiB. */
export function controlText(
  version: string,
  architecture: string,
  size: number,
  asksQuestions: boolean,
): string {
  // What Node 24 is linked with, and the roots that a chain must lead to.
  const depends = ['libc6 (>= 2.28)', 'libstdc++6 (>= 7)', 'ca-certificates'];
  if (asksQuestions) depends.push('debconf (>= 0.5) | debconf-2.0');
  return `Package: certd
Version: ${version}
Architecture: ${architecture}
Maintainer: The certd authors <certd@localhost>
Installed-Size: ${size}
Depends: ${depends.join(', ')}
Recommends: systemd
Section: net
Priority: optional
Description: certificate renewal daemon for servers
 certd obtains TLS certificates from Let's Encrypt or any other ACME CA, renews
 them when the CA says so, puts complete sets of files in place, reloads the
 servers that use them and looks at what these present.
 .
 It brings its own Node.js and touches no other one.
`;
}
