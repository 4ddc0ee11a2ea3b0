/** What `certd init` says on a terminal once it is done. `isServed`: a web server hands out the challenges. */
export function nextSteps(isServed: boolean): string {
  return [
    'next, under systemd:',
    ...(isServed ? ['  certd snippet nginx      # what the web server needs; also apache, haproxy'] : []),
    '  certd check-config       # with what certd.service needs beside its own',
    '  systemctl enable --now $(certd check-config --units)',
    '  certd status --watch',
    '',
  ].join('\n');
}
