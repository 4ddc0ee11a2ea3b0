import type { CaChoice, ChallengeMethod, Target } from '../model.ts';
import { listenText } from '../text/listen-address.ts';

/**
 * What an attempt depends on in the configuration, as text: stored with a failure, so that its back-off does
 * not outlive the change that cures it.
 */
export function attemptKey({ cas, keyType, challenge, domains }: Target): string {
  return [...cas.map(choiceKey), keyType, methodKey(challenge), ...domains].join(' ');
}

function choiceKey({ name, profile, settings }: CaChoice): string {
  const ca = settings === '' ? name : `${name}(${settings})`;
  if (profile === null) return ca;
  return `${ca}/${profile.name}${profile.required ? '!' : ''}`;
}

function methodKey(method: ChallengeMethod): string {
  switch (method.kind) {
    case 'webroot':
      return method.path;
    case 'standalone':
      return method.listen.map(listenText).join(',');
    case 'systemd-socket':
      return method.kind;
  }
}
