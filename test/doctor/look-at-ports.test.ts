import { expect, it } from 'vitest';
import { lookAtPorts, socketUnitsIn } from '../../src/doctor/look-at-ports.ts';
import { makeTools } from '../support/make-tools.ts';

const shown = `Id=certd-http.socket
Triggers=certd.service
Listen=0.0.0.0:80 (Stream)
Listen=[::]:80 (Stream)

Listen=/run/dbus/system_bus_socket (Stream)
Id=dbus.socket
Triggers=dbus.service

Id=odd.socket
Triggers=
Listen=0.0.0.0:514 (Datagram)
`;

it('the socket units are read as systemctl shows them', () => {
  expect(socketUnitsIn(shown)).toEqual([
    { unit: 'certd-http.socket', service: 'certd.service', ports: [80, 80] },
    { unit: 'dbus.socket', service: 'dbus.service', ports: [] },
    { unit: 'odd.socket', service: '', ports: [] },
  ]);
  expect(socketUnitsIn('')).toEqual([]);
});

it('systemd is not asked where it holds nothing', async () => {
  const tools = makeTools({ installed: ['systemctl'] });
  expect(await lookAtPorts(new Set([1]), true, tools)).toEqual({ held: [], sockets: null, isRoot: true });
});
