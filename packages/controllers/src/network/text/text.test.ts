import { ZERO_TIME, timestampFromInstant } from '@cosi-ts/core';
import { ipPortOf, ipPrefixOf, type NfTablesChainSpec } from '@cosi-ts/resources';
import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { meshChains } from '../../kubespan/mesh/chains.ts';
import type { WireguardChange } from '../network-driver.ts';
import { wireguardChange } from '../wireguard-change.ts';
import { parseAddresses, parseEntries, parseLink } from './ip-json.ts';
import { nftScript } from './nft.ts';
import { checkUapiAnswer, formatUapiChange, parseUapiDevice } from './uapi.ts';
import { lastWords } from './last-words.ts';
import { formatWgConfig, parseWgDump } from './wg-tool.ts';

const PRIVATE = 'gNoasoKOJzl+/B+uXhvsBVxv81OcVLrlcmQ5jQwZO08=';
const KEY_1 = '3FxU7UuwektMjbyuJBs7i1hDj2rQA6tHnbNB6WrQxww=';
const KEY_2 = 'tQuicRD0tqCu48M+zrySTe4slT15JxWhWIboZOB4tWs=';
const PSK = 'TPbGXrYlvuXgAl8dERpwjlA5tnEMoihPDPxlovcLtVg=';

const DEVICE = {
  privateKey: PRIVATE,
  listenPort: 51_820,
  firewallMark: 32,
  peers: [
    {
      publicKey: KEY_1,
      presharedKey: PSK,
      endpoint: ipPortOf('172.20.0.3:51820'),
      persistentKeepaliveInterval: '25s',
      allowedIPs: ['10.244.1.0/24', 'fd8a::1/128'].map(ipPrefixOf),
      lastHandshakeTime: timestampFromInstant({ seconds: 1_665_576_000, nanos: 0 }),
      receiveBytes: 15_043_220,
      transmitBytes: 17_869_488,
    },
    {
      publicKey: KEY_2,
      presharedKey: '',
      endpoint: ipPortOf(''),
      persistentKeepaliveInterval: '0s',
      allowedIPs: [],
      lastHandshakeTime: ZERO_TIME,
      receiveBytes: 0,
      transmitBytes: 0,
    },
  ],
};

const hex = (key: string): string => Buffer.from(key, 'base64').toString('hex');

describe('the text protocol of a WireGuard device', () => {
  test('is read', () => {
    const text = [
      `private_key=${hex(PRIVATE)}`,
      'listen_port=51820',
      'fwmark=32',
      `public_key=${hex(KEY_1)}`,
      `preshared_key=${hex(PSK)}`,
      'protocol_version=1',
      'endpoint=172.20.0.3:51820',
      'last_handshake_time_sec=1665576000',
      'last_handshake_time_nsec=0',
      'tx_bytes=17869488',
      'rx_bytes=15043220',
      'persistent_keepalive_interval=25',
      'allowed_ip=10.244.1.0/24',
      'allowed_ip=fd8a::1/128',
      `public_key=${hex(KEY_2)}`,
      `preshared_key=${'0'.repeat(64)}`,
      'errno=0',
      '',
      '',
    ];
    expect(parseUapiDevice(text.join('\n'))).toEqual(DEVICE);
    expect(parseUapiDevice('errno=0\n\n')).toEqual({ privateKey: '', listenPort: 0, firewallMark: 0, peers: [] });
    expect(() => parseUapiDevice('errno=-5\n\n')).toThrow('error number -5');
    expect(() => checkUapiAnswer('errno=-22\n\n')).toThrow('error number -22');
  });

  test('is written', () => {
    const change: WireguardChange = {
      privateKey: PRIVATE,
      listenPort: 51_820,
      firewallMark: 32,
      removed: [KEY_2],
      peers: [
        {
          publicKey: KEY_1,
          presharedKey: PSK,
          endpoint: '172.20.0.3:51820',
          persistentKeepaliveInterval: '25s',
          allowedIPs: [ipPrefixOf('10.244.1.7/24')],
        },
      ],
    };
    expect(formatUapiChange(change).split('\n')).toEqual([
      'set=1',
      `private_key=${hex(PRIVATE)}`,
      'listen_port=51820',
      'fwmark=32',
      `public_key=${hex(KEY_2)}`,
      'remove=true',
      `public_key=${hex(KEY_1)}`,
      `preshared_key=${hex(PSK)}`,
      'endpoint=172.20.0.3:51820',
      'persistent_keepalive_interval=25',
      'replace_allowed_ips=true',
      'allowed_ip=10.244.1.0/24',
      '',
      '',
    ]);
    expect(formatUapiChange({ removed: [], peers: [{ publicKey: KEY_1, endpoint: '[fd00::1]:1' }] })).toBe(
      `set=1\npublic_key=${hex(KEY_1)}\nendpoint=[fd00::1]:1\n\n`,
    );
  });
});

test('what the tool `wg` tells is read, and what it takes written', () => {
  const dump = [
    [PRIVATE, 'public', '51820', '0x20'],
    [KEY_1, PSK, '172.20.0.3:51820', '10.244.1.0/24,fd8a::1/128', '1665576000', '15043220', '17869488', '25'],
    [KEY_2, '(none)', '(none)', '(none)', '0', '0', '0', 'off'],
  ];
  expect(parseWgDump(`${dump.map((fields) => fields.join('\t')).join('\n')}\n`)).toEqual(DEVICE);
  expect(formatWgConfig({ listenPort: 1, removed: [], peers: [{ publicKey: KEY_1, allowedIPs: [] }] })).toBe(
    `[Interface]\nListenPort = 1\n[Peer]\nPublicKey = ${KEY_1}\n`,
  );
});

test.each([
  ['the own key', { privateKey: 'secret', peers: [] }],
  ['the key of a peer', { peers: [{ publicKey: `${KEY_1}\nEndpoint = 10.6.6.6:1` }] }],
  ['the shared key', { peers: [{ publicKey: KEY_1, presharedKey: 'secret' }] }],
])('what is no key is not written for `wg`, nor told: %s', (_, change) => {
  expect(() => formatWgConfig({ removed: [], ...change })).toThrow(/^not a WireGuard key$/);
});

test('the last words of a device are no part of its greeting', () => {
  const greeting = '┌─────────┐\n│ Running │\n└─────────┘\n';
  expect(lastWords(greeting)).toBeUndefined();
  expect(lastWords(`${greeting}ERROR: no tun\n\n`)).toBe('ERROR: no tun');
  expect(lastWords(`ERROR: no tun\n${greeting}`)).toBe('ERROR: no tun');
});

describe('what is changed of a device', () => {
  const settings = { ...DEVICE, publicKey: '' };

  test('is nothing where it is as it shall be, in whatever order the device tells it', () => {
    const peers = DEVICE.peers.map((peer) => ({ ...peer, allowedIPs: peer.allowedIPs.toReversed() }));
    expect(wireguardChange({ ...DEVICE, peers: peers.toReversed() }, settings)).toBeUndefined();
  });

  test('leaves the endpoint alone where none is asked for', () => {
    const peers = DEVICE.peers.map((peer) => ({ ...peer, endpoint: '' }));
    expect(wireguardChange(DEVICE, { ...settings, peers })).toBeUndefined();
  });

  const peer = fc.record({
    publicKey: fc.constantFrom(KEY_1, KEY_2, PSK),
    presharedKey: fc.constantFrom('', PSK),
    endpoint: fc.constantFrom('', '10.0.0.1:1', '10.0.0.2:2'),
    persistentKeepaliveInterval: fc.constantFrom('0s', '25s'),
    allowedIPs: fc.subarray(['10.0.0.0/8', '10.1.0.0/16', 'fd00::/8'].map(ipPrefixOf)),
  });
  const peers = fc.uniqueArray(peer, { selector: ({ publicKey }) => publicKey });
  const device = fc.record({
    privateKey: fc.constantFrom('', PRIVATE),
    listenPort: fc.nat(9),
    firewallMark: fc.nat(9),
    peers,
  });

  test.prop([device, device])('is the difference: applied, nothing is left to change', (before, wanted) => {
    const told = before.peers.map((one) => ({
      ...one,
      endpoint: ipPortOf(one.endpoint),
      lastHandshakeTime: ZERO_TIME,
      receiveBytes: 0,
      transmitBytes: 0,
    }));
    const change = wireguardChange({ ...before, peers: told }, { ...wanted, publicKey: '' });
    const after = new Map(told.map((one) => [one.publicKey as string, one]));
    for (const key of change?.removed ?? []) after.delete(key);
    for (const one of change?.peers ?? []) {
      const empty = { presharedKey: '', endpoint: '', persistentKeepaliveInterval: '0s', allowedIPs: [] };
      after.set(one.publicKey, { ...empty, ...told[0]!, ...after.get(one.publicKey), ...one } as (typeof told)[0]);
    }
    const { privateKey = '', listenPort = 0, firewallMark = 0 } = { ...before, ...change };
    const done = { privateKey, listenPort, firewallMark, peers: [...after.values()] };
    expect(wireguardChange(done, { ...wanted, publicKey: '' })).toBeUndefined();
  });
});

describe('the script for the firewall', () => {
  test('marks what goes to peers, by family, and nothing where there is none', () => {
    const script = nftScript(meshChains(['10.244.1.0/24', 'fd00::/64'].map(ipPrefixOf), 1400));
    expect(script.split('\n').map((line) => line.trim())).toEqual([
      'table inet talos',
      'delete table inet talos',
      'table inet talos {',
      'chain kubespan_prerouting {',
      'type filter hook prerouting priority 0; policy accept;',
      'meta mark and 0x60 == 0x20 accept',
      'ip daddr { 10.244.1.0/24 } meta mark set meta mark and 0xffffff9f xor 0x40 accept',
      'ip6 daddr { fd00::/64 } meta mark set meta mark and 0xffffff9f xor 0x40 accept',
      '}',
      'chain kubespan_outgoing {',
      'type route hook output priority 0; policy accept;',
      'meta mark and 0x60 == 0x20 accept',
      'oifname { "lo" } accept',
      'ip daddr { 10.244.1.0/24 } tcp flags & (fin | syn | rst) == syn tcp option maxseg size > 1360 tcp option maxseg size set 1360',
      'ip6 daddr { fd00::/64 } tcp flags & (fin | syn | rst) == syn tcp option maxseg size > 1340 tcp option maxseg size set 1340',
      'ip daddr { 10.244.1.0/24 } meta mark set meta mark and 0xffffff9f xor 0x40 accept',
      'ip6 daddr { fd00::/64 } meta mark set meta mark and 0xffffff9f xor 0x40 accept',
      '}',
      '}',
      '',
    ]);
    expect(nftScript(meshChains([], 0))).not.toContain('0x40');
    expect(nftScript(new Map())).toBe('table inet talos\ndelete table inet talos\n');
  });

  test.prop([fc.string()])('has no way out for a name', (name) => {
    const chain: NfTablesChainSpec = { type: 'filter', hook: 'input', priority: 'filter', policy: 'accept', rules: [] };
    if (/^[A-Za-z0-9_.@-]+$/.test(name)) expect(nftScript(new Map([[name, chain]]))).toContain(`chain ${name} {`);
    else expect(() => nftScript(new Map([[name, chain]]))).toThrow(RangeError);
  });
});

test('what `ip` prints is read', () => {
  expect(parseLink('[{"ifindex":5,"ifname":"kubespan","flags":["POINTOPOINT","UP"],"mtu":1420}]')).toEqual({
    index: 5,
    mtu: 1420,
    isUp: true,
  });
  expect(parseLink('')).toBeUndefined();
  expect(parseLink('[{}]')).toBeUndefined();
  const addresses =
    '[{},{"addr_info":[{"local":"fd00::1","prefixlen":64,"scope":"global"},{"local":"fe80::1","prefixlen":64,"scope":"link"}]}]';
  expect(parseAddresses(addresses)).toEqual(['fd00::1/64']);
  const [route] = parseEntries('[{"dst":"default","metric":1,"metrics":[{"mtu":1400}]}]');
  expect([route?.get('dst'), route?.get('metric'), route?.get('metrics')]).toEqual(['default', '1', '[{"mtu":1400}]']);
});
