import { Bytes } from '@cosi-ts/core';
import { ipAddressOf, ipPrefixAddress, ipPrefixBits, ipPrefixContains, ipPrefixOf } from '@cosi-ts/resources';
import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { parseHardwareAddress } from './hardware-address.ts';
import { isKubespanUla, isSiderolinkUla, kubespanAddress, kubespanSubnet } from './ula.ts';

const mac = (text: string) => parseHardwareAddress(text)!;

describe('the KubeSpan network of a cluster', () => {
  test.each([
    ['8XuV9TZHW08DOk3bVxQjH9ih_TBKjnh-j44tsCLSBzo=', 'fd7f:175a:b97c:5602::/64'],
    ['v16UCWpO2iOm82n6F8dGCJ41ZXXBvDrjRDs2su7C_zs=', 'fd8a:4396:731e:e702::/64'],
    ['cluster1', 'fd36:91d8:71e8:302::/64'],
    ['yui150Ogam0pdQoNZS2lZR-ihi8EWxNM17bZPktJKKE=', 'fde2:b5ed:5b40:7602::/64'],
  ])('of %s is %s', (clusterId, subnet) => {
    expect(kubespanSubnet(clusterId)).toBe(subnet);
  });
});

describe('the KubeSpan address of a node', () => {
  const subnet = kubespanSubnet('8XuV9TZHW08DOk3bVxQjH9ih_TBKjnh-j44tsCLSBzo=');

  test.each([
    ['ea:71:1b:b2:cc:ee', 'fd7f:175a:b97c:5602:e871:1bff:feb2:ccee/128'],
    ['2e:1a:b6:53:81:69', 'fd7f:175a:b97c:5602:2c1a:b6ff:fe53:8169/128'],
    ['2e:1a:b6:01:02:53:81:69', 'fd7f:175a:b97c:5602:2c1a:b601:253:8169/128'],
  ])('with the hardware address %s is %s', (hardwareAddress, address) => {
    expect(kubespanAddress(subnet, mac(hardwareAddress))).toBe(address);
  });

  // The five nodes of the Talos documentation.
  test.each([
    ['8e:13:71:af:7c:94', '8c13:71ff:feaf:7c94'],
    ['9a:6b:7e:c5:88:9d', '986b:7eff:fec5:889d'],
    ['26:8f:1f:5c:0c:3f', '248f:1fff:fe5c:c3f'],
    ['ce:80:3d:ce:d8:9d', 'cc80:3dff:fece:d89d'],
    ['2a:05:fb:80:5e:d2', '2805:fbff:fe80:5ed2'],
  ])('with the hardware address %s ends in %s', (hardwareAddress, host) => {
    const address = kubespanAddress(ipPrefixOf('fd83:b1f7:fcb5:2802::/64'), mac(hardwareAddress));
    expect(address).toBe(`fd83:b1f7:fcb5:2802:${host}/128`);
  });

  const eui = fc.constantFrom(6, 8).chain((length) => fc.uint8Array({ minLength: length, maxLength: length }));

  test.prop([fc.string({ unit: 'grapheme' }), eui])('is in the network of its cluster', (clusterId, bytes) => {
    const network = kubespanSubnet(clusterId);
    const prefix = kubespanAddress(network, Bytes.from(bytes));
    const address = ipPrefixAddress(prefix);
    expect([ipPrefixBits(network), ipPrefixBits(prefix)]).toEqual([64, 128]);
    expect(ipPrefixContains(network, address)).toBe(true);
    expect([isKubespanUla(address), isSiderolinkUla(address)]).toEqual([true, false]);
  });

  test.prop([eui, eui])('is another for another hardware address', (a, b) => {
    fc.pre(a.length === b.length && Buffer.compare(a, b) !== 0);
    expect(kubespanAddress(subnet, Bytes.from(a))).not.toBe(kubespanAddress(subnet, Bytes.from(b)));
  });

  test('needs an EUI-48 or an EUI-64, and a network', () => {
    expect(() => kubespanAddress(subnet, Bytes.from(new Uint8Array(20)))).toThrow(RangeError);
    expect(() => kubespanAddress(subnet, Bytes.empty)).toThrow(RangeError);
    expect(() => kubespanAddress(ipPrefixOf('10.0.0.0/8'), mac('ea:71:1b:b2:cc:ee'))).toThrow(RangeError);
    expect(() => kubespanAddress(ipPrefixOf(''), mac('ea:71:1b:b2:cc:ee'))).toThrow(RangeError);
  });
});

test.each([
  ['fd83:b1f7:fcb5:2802:8c13:71ff:feaf:7c94', true, false],
  ['fdae:41e4:649b:9303::1', false, true],
  ['fdae:41e4:649b:9303::1%siderolink', false, true],
  ['fd83:b1f7:fcb5:2801::1', false, false],
  ['fc83:b1f7:fcb5:2802::1', false, false],
  ['fd:b1f7:fcb5:2802::1', false, false],
  ['2001:db8:0:2::1', false, false],
  ['10.0.0.2', false, false],
  ['', false, false],
])('%j is KubeSpan’s: %j, SideroLink’s: %j', (text, kubespan, siderolink) => {
  const address = ipAddressOf(text);
  expect([isKubespanUla(address), isSiderolinkUla(address)]).toEqual([kubespan, siderolink]);
});
