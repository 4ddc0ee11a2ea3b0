import { expect, test } from 'vitest';
import {
  shippedSsmDocument,
  ssmDocumentOf,
  ssmDocumentPath,
  ssmScript,
} from '../support/ready-made/ssm-document.ts';
import { readText } from '../support/source-tree.ts';

const document = shippedSsmDocument();
const script = ssmScript(document);

test('every parameter is an environment variable, and has a pattern or values that it must be one of', () => {
  const loose = Object.entries(document.parameters).filter(
    ([, { interpolationType, allowedPattern, allowedValues }]) =>
      interpolationType !== 'ENV_VAR' || (allowedPattern ?? allowedValues) === undefined,
  );
  expect(loose.map(([name]) => name)).toEqual([]);
});

test('the document has no place where an agent of any age would put text into the script', () => {
  expect(readText(ssmDocumentPath)).not.toContain('{{');
});

test('the script uses each parameter, and none that is not there', () => {
  const used = [...script.matchAll(/\bSSM_([A-Za-z0-9]+)/g)].map(([, name]) => name);
  expect([...new Set(used)].sort()).toEqual(Object.keys(document.parameters).sort());
});

test('what must be said has no default, and every default fits its own pattern', () => {
  const entries = Object.entries(document.parameters);
  expect(entries.filter(([, each]) => each.default === undefined).map(([name]) => name)).toEqual([
    'Package',
    'Sha256',
  ]);
  const bad = entries.filter(([name, each]) => each.default !== undefined && !fits(name, each.default));
  expect(bad).toEqual([]);
});

test.each([
  ['Package', 'https://packages.example.com/certd/0.1.0/certd_0.1.0_amd64.deb'],
  [
    'Package',
    'https://b.s3.eu-central-1.amazonaws.com/certd.rpm?X-Amz-Date=2&X-Amz-Credential=a%2Fb&X-Amz-Signature=0a',
  ],
  ['Package', 's3://my-bucket/certd/certd-0.1.0-linux-x64.tar.xz'],
  ['Sha256', 'a'.repeat(64)],
  ['Domains', 'example.com www.example.com'],
  ['Domains', '*.example.com,192.0.2.7, 2001:db8::7'],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: that is how certd init is asked for it
  ['Domains', '${tag:CertDomains}'],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the same
  ['Domains', '${instance:public-ipv4} example.com'],
  ['Email', 'ops+certs@example.com'],
  ['AgreeTos', 'yes'],
  ['Webroot', '/var/www/certd'],
  ['Hook', 'systemctl reload nginx'],
  ['Ca', 'letsencrypt-staging'],
  ['ConfigParameter', '/certd/prod/config.yaml'],
  ['EabParameter', '/aws/reference/secretsmanager/certd-eab'],
])('%s may be %s', (name, value) => {
  expect(fits(name, value)).toBe(true);
});

const shellWords = [
  'a b;reboot',
  '$(reboot)',
  '`reboot`',
  "'",
  '"',
  'a\nb',
  '\\',
  '{{ssm:secret}}',
  '|',
  '<',
  '>',
];

test.each(Object.keys(document.parameters))('%s is no way to a shell', name => {
  const first = {
    Package: 'https://h/',
    Email: 'a@b',
    Webroot: '/',
    ConfigParameter: '/',
    EabParameter: '/',
  }[name];
  const taken = shellWords.filter(word => fits(name, word) || fits(name, `${first ?? ''}${word}`));
  expect(taken).toEqual([]);
});

test('a Linux host alone is meant, for a quarter of an hour at most', () => {
  const [step] = document.mainSteps;
  expect(step?.precondition).toEqual({ StringEquals: ['platformType', 'Linux'] });
  expect(step?.inputs.timeoutSeconds).toBe('900');
});

test('a document that Systems Manager refuses is seen', () => {
  const text = readText(ssmDocumentPath);
  expect(() => ssmDocumentOf(text.replace('interpolationType', 'interpolation'))).toThrow('Unrecognized key');
  expect(() => ssmDocumentOf(text.replace('platformType, Linux', 'platformType, linux'))).toThrow('Linux');
  expect(() => ssmDocumentOf(text.replace('Package:', 'The_Package:'))).toThrow('The_Package');
  expect(() => ssmDocumentOf(`${text}${'#'.repeat(65_536)}`)).toThrow('64 KB');
});

/** As service and agent look at a value: RE2 and Java agree on what stands in these patterns. */
function fits(name: string, value: string): boolean {
  const {
    allowedPattern = '',
    allowedValues,
    maxChars = Number.POSITIVE_INFINITY,
  } = document.parameters[name] ?? {};
  if (allowedValues !== undefined) return allowedValues.includes(value);
  return new RegExp(allowedPattern).test(value) && value.length <= maxChars;
}
