export {
  compareIpAddresses,
  ipAddressFromBytes,
  ipAddressToBytes,
  isIpAddress,
  isIpv4,
  parseIpAddress,
  tryParseIpAddress,
  type IpAddress,
} from './net/ip-address.ts';
export {
  compareIpPrefixes,
  ipPrefixAddress,
  ipPrefixBits,
  ipPrefixContains,
  ipPrefixFrom,
  isIpPrefix,
  maskIpPrefix,
  parseIpPrefix,
  singleIpPrefix,
  tryParseIpPrefix,
  type IpPrefix,
} from './net/ip-prefix.ts';
export {
  compareIpPorts,
  ipPortAddress,
  ipPortFrom,
  ipPortNumber,
  isIpPort,
  parseIpPort,
  tryParseIpPort,
  type IpPort,
} from './net/ip-port.ts';
