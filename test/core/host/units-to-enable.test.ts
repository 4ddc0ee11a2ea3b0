import { expect, it } from 'vitest';
import { unitsToEnable } from '../../../src/core/host/units-to-enable.ts';

const webroot = { challenge: { kind: 'webroot', path: '/var/www/certd' } } as const;
const onSocket = { challenge: { kind: 'systemd-socket' } } as const;
const listening = {
  challenge: { kind: 'standalone', listen: [{ address: '0.0.0.0', port: 80 }] },
} as const;

it('are the issuer, and what starts the deployer', () => {
  const units = ['certd.service', 'certd-deploy.path', 'certd-deploy.timer'];
  expect(unitsToEnable([])).toEqual(units);
  expect(unitsToEnable([webroot, listening])).toEqual(units);
});

it('begin with the socket where a certificate is proven on it, for systemd refuses it once the service runs', () => {
  expect(unitsToEnable([webroot, onSocket, onSocket])).toEqual([
    'certd-http.socket',
    'certd.service',
    'certd-deploy.path',
    'certd-deploy.timer',
  ]);
});
