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
  });
});

describe('an IP address becomes its one text', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['0.0.0.0', '0.0.0.0'],
    ['2001:db8::1', '2001:db8::1'],
    ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['[2001:0db8::0001]', '2001:db8::1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['64:ff9b::192.0.2.33', '64:ff9b::c000:221'],
    ['::1', '::1'],
    ['::', '::'],
  ])('%s', (text, address) => {
    expect(readDomain(text)).toEqual({ value: address });
  });
});

describe('what is nearly an IP address is refused with the reason', () => {
  it.each([
    ['192.0.2.0/24', '192.0.2.0/24 is a network: a certificate names addresses one by one'],
    ['2001:db8::/64', '2001:db8::/64 is a network: a certificate names addresses one by one'],
    ['[2001:db8::]/64', '[2001:db8::]/64 is a network: a certificate names addresses one by one'],
    ['fe80::1%eth0', 'fe80::1%eth0 has a zone, which means something on one host alone'],
    ['192.0.2.1:443', 'write the address alone, without ":443"'],
    ['[2001:db8::1]:443', 'write the address alone, without ":443"'],
    ['::ffff:192.0.2.1', '::ffff:c000:201 is the IPv4 address 192.0.2.1 in another form: write that'],
    ['2001:db8::g', '"2001:db8::g" is no IPv6 address'],
    ['1:2:3:4:5:6:7', '"1:2:3:4:5:6:7" is no IPv6 address'],
    ['[192.0.2.1]', '"[192.0.2.1]" is no IPv6 address'],
    ['[]', '"[]" is no IPv6 address'],
    ['[::1', '"[::1" is no IPv6 address'],
    ['256.0.0.1', '"256.0.0.1" ends in a number: that is neither a domain nor an IP address'],
    ['010.0.0.1', '"010.0.0.1" ends in a number: that is neither a domain nor an IP address'],
    ['192.0.2.1.', '"192.0.2.1." ends with a dot; write it without'],
    ['https://[2001:db8::1]/', 'write the domain alone, without https://'],
  ])('%s', (text, problem) => {
    expect(readDomain(text)).toEqual({ problem });
  });
});
