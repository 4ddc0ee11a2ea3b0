/** `DEBIAN/control`. `size`: of all files, in KiB. */
export function controlText(version: string, architecture: string, size: number): string {
  // What Node 24 is linked with, the roots that a chain must lead to, and who asks the question of packaging/deb/templates.
  const depends = [
    'libc6 (>= 2.28)',
    'libstdc++6 (>= 7)',
    'ca-certificates',
    'debconf (>= 0.5) | debconf-2.0',
  ];
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
