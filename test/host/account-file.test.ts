import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { groupsWith, userIn } from '../../src/host/account-file.ts';

function written(text: string): string {
  const dir = mkdtempSync(join(tmpdir(), 'certd-account-file-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  writeFileSync(join(dir, 'file'), text);
  return join(dir, 'file');
}

it('knows a user with his own group, the first line of the name', () => {
  const passwd = written(
    'root:x:0:0::/root:/bin/sh\ncertd:x:990:985::/:/bin/false\ncertd:x:0:0::/:/bin/sh\n',
  );
  expect(userIn(passwd, 'certd')).toEqual({ uid: 990, gid: 985 });
  expect(userIn(passwd, 'cert')).toBeNull();
});

it.each(['certd:x:990', 'certd:x:-1:5::/:', 'certd:x::5::/:', 'certd:x:9e1:5::/:', 'certd'])(
  'knows none from %j',
  line => {
    expect(userIn(written(`${line}\n`), 'certd')).toBeNull();
  },
);

it('knows the groups that name a user among their members, whole names only', () => {
  const group = written(
    'root:x:0:\nadm:x:4:syslog,certd\nssl-cert:x:110:certd\nweb:x:33:certd2,xcertd\ncertd:x:985:\nbad:x::certd\n',
  );
  expect(groupsWith(group, 'certd')).toEqual([4, 110]);
});
