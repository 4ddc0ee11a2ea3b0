import { expect, test } from 'vitest';
import { decodeConfig } from '../../src/config/decode.ts';
import { readCloudConfig, readMultipart } from '../support/ready-made/user-data.ts';
import { readText } from '../support/source-tree.ts';

const paths = ['deploy/cloud-init/cloud-config.yaml', 'deploy/cloud-init/multipart.txt'] as const;
const [cloudConfig, multipart] = paths.map(readText) as [string, string];

test('the two forms say the same', () => {
  expect(readMultipart(multipart)).toEqual(readCloudConfig(cloudConfig));
});

test('the installer gets the package, and the web server is told of its new files before', () => {
  const { settings, before } = readCloudConfig(cloudConfig);
  expect(settings).toEqual({ CERTD_PACKAGE: 'PACKAGE_URL', CERTD_SHA256: 'PACKAGE_SHA256' });
  expect(before).toEqual(['systemctl reload-or-restart nginx']);
});

test('what is to be replaced stands in capitals, and certd takes the configuration then', () => {
  const text = readCloudConfig(cloudConfig).files['/etc/certd/config.yaml'] ?? '';
  const config = text
    .replaceAll('YOUR_DOMAIN', 'www.example.com')
    .replaceAll('YOUR_EMAIL', 'ops@example.com');
  expect(decodeConfig([{ file: 'config.yaml', text: config }])).toMatchObject({ config: { warnings: [] } });
  // Forgotten, it is refused before anything is ordered.
  expect(decodeConfig([{ file: 'config.yaml', text }])).toMatchObject({
    problems: [{ line: 1 }, { line: 3 }, { line: 8 }],
  });
});

test.each(paths)('%s is 16 KiB of ASCII at most, with room for what a user adds', path => {
  const text = readText(path);
  expect(Buffer.byteLength(text)).toBeLessThan(14 * 1024);
  expect(text).toMatch(/^[\n -~]*$/);
});

test.each([
  [cloudConfig, '# - CERTD_EAB_PARAMETER=/certd/eab'],
  [multipart, "# export CERTD_EAB_PARAMETER='/certd/eab'"],
])('each says how a key comes from Parameter Store, and has none', (text, line) => {
  expect(text).toContain(`${line}\n`);
  expect(text).not.toMatch(/hmac_key:|AKIA|LTAI|BEGIN [A-Z ]*PRIVATE KEY/);
});

test('the reader of user-data sees what is wrong', () => {
  expect(() => readCloudConfig(cloudConfig.replace('runcmd:', 'runcmds:'))).toThrow('runcmds');
  expect(() => readCloudConfig(cloudConfig.replace('- sh\n', '- bash\n'))).toThrow('the last command is env');
  expect(() => readCloudConfig(`\n${cloudConfig}`)).toThrow('first line');
  expect(() => readMultipart(multipart.replace('--==certd==--', ''))).toThrow('no end');
  expect(() => readMultipart(multipart.replace('x-shellscript', 'x-sh'))).toThrow('part 1 begins with');
});
