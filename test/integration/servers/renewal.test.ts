import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { allServers, canRunServers } from '../../support/servers/all-servers.ts';
import { inYaml, setScene } from '../../support/servers/scene.ts';
import { type Stack, startStack } from '../../support/stack.ts';

describe.runIf(canRunServers)('a renewal with a real server', () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await startStack();
  });
  afterAll(() => stack.stop());

  test.each(allServers)(
    '$name presents the new certificate after one reload, and cuts nobody off',
    async kind => {
      const { certd, server, live, presented, status, deploy } = await setScene(stack, kind);
      try {
        const first = live();
        expect(await presented()).toBe(first);
        const conversation = await server.converse();
        await conversation.goOn();
        const test = server.test === null ? [] : [`test: ${inYaml(server.test)}`];
        const { port, starttls } = server.address;
        const begun = starttls === undefined ? '' : `, starttls: ${starttls}`;
        await deploy(
          ...test,
          `hooks: [${inYaml(server.reload)}]`,
          `verify: [{ connect: "127.0.0.1:${port}"${begun} }]`,
        );

        const renewed = await certd.command('renew', '--force');
        expect(renewed, renewed.stdout + renewed.stderr).toMatchObject({ code: 0 });
        expect(live()).not.toBe(first);
        expect(await presented()).toBe(live());
        expect(await status()).toMatchObject({ status: 'ok', problems: [], served: [{ state: 'match' }] });
        expect(server.reloads()).toBe(1);
        await conversation.goOn();
        conversation.close();

        expect(await certd.command('renew')).toMatchObject({ code: 0 });
        expect(server.reloads()).toBe(1);
      } finally {
        await server.stop();
      }
    },
  );
});
