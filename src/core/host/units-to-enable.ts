import type { Target } from '../model.ts';

/**
 * The shipped units (`systemd/`) that a configuration needs, in the order in which they are started: a socket whose service
 * runs already is refused by systemd, so it comes before that.
 */
export function unitsToEnable(certificates: readonly Pick<Target, 'challenge'>[]): readonly string[] {
  const isOnSocket = certificates.some(({ challenge }) => challenge.kind === 'systemd-socket');
  return [
    ...(isOnSocket ? ['certd-http.socket'] : []),
    'certd.service',
    'certd-deploy.path',
    'certd-deploy.timer',
  ];
}
