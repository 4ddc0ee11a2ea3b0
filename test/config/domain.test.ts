import { describe, expect, it } from 'vitest';
import { readDomain } from '../../src/config/domain.ts';

const label63 = 'a'.repeat(63);

describe('a domain becomes A-labels in lower case', () => {
  it.each([
    ['example.com', 'example.com'],
    ['WWW.Example.COM', 'www.example.com'],
    ['münchen.example', 'xn--mnchen-3ya.example'],
    ['MÜNCHEN.example', 'xn--mnchen-3ya.example'],
    ['xn--MNCHEN-3ya.example', 'xn--mnchen-3ya.example'],
    ['日本。example', 'xn--wgv71a.example'],
    ['straße.example', 'xn--strae-oqa.example'],
    ['a-b.3c.example', 'a-b.3c.example'],
    ['localhost', 'localhost'],
    [`${label63}.example`, `${label63}.example`],
  ])('%s', (text, domain) => {
    expect(readDomain(text)).toEqual({ value: domain });
  });
});

describe('what is no domain is refused with the reason', () => {
  it.each([
    ['*.example.com', 'is a wildcard, which HTTP-01 cannot prove'],
    ['https://example.com/', 'write the domain alone, without https://'],
    ['example.com:80', 'is more than a domain: no port, path or @'],
    ['example.com/x', 'is more than a domain'],
    ['ops@example.com', 'is more than a domain'],
    ['example.com.', 'ends with a dot'],
    ['', 'the domain is empty'],
    ['a..b', 'has an empty part between two dots'],
    ['.example.com', 'has an empty part between two dots'],
    ['ex_ample.com', '"ex_ample" may hold only letters, digits and inner hyphens'],
    ['-a.com', '"-a" may hold only'],
    ['a-.com', '"a-" may hold only'],
    ['exa mple.com', '"exa mple" may hold only'],
    ['ex%41mple.com', '"ex%41mple" may hold only'],
    ['example.com\n', 'may hold only'],
    [`${label63}a.com`, 'is longer than 63 characters'],
    [`${`${label63}.`.repeat(4)}com`, 'the domain is 259 characters long'],
    ['1.2.3', 'ends in a number'],
    ['0x7f.1', 'ends in a number'],
    ['ü x.example', 'cannot be written as a domain name'],
    ['ü%2e.example', 'cannot be written as a domain name'],
    ['ü／x.example', 'cannot be written as a domain name'],
    ['ü‼x.example', 'cannot be written as a domain name'],
    ['ü⑴x.example', 'cannot be written as a domain name'],
    ['١٢٧.٠.٠.١', 'cannot be written as a domain name'],
  ])('%j', (text, problem) => {
    const read = readDomain(text);
    expect('problem' in read && read.problem).toContain(problem);
    expect(read).not.toHaveProperty('code');
  });
});

describe('an IP address waits for a later version', () => {
  it.each(['192.0.2.1', '2001:db8::1', '[2001:db8::1]'])('%s', text => {
    expect(readDomain(text)).toEqual({
      problem: `${text} is an IP address; certificates for addresses are not available in this version`,
      code: 'not-available-yet',
    });
  });
});
