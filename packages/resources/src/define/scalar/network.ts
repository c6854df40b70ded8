import { WireType, type BinaryReader, type BinaryWriter } from '@bufbuild/protobuf/wire';
import { ipAddressFromBytes, ipAddressToBytes, parseIpAddress, type IpAddress } from '../../net/ip-address.ts';
import { ipPortAddress, ipPortFrom, ipPortNumber, parseIpPort, type IpPort } from '../../net/ip-port.ts';
import { ipPrefixAddress, ipPrefixBits, ipPrefixFrom, parseIpPrefix, type IpPrefix } from '../../net/ip-prefix.ts';
import { SchemaError } from '../../resource/errors.ts';
import { readMessage } from './message.ts';
import { mismatch } from './mismatch.ts';
import type { Scalar } from './scalar.ts';

/** On the wire the message common.NetIP: the address in Go's binary form is its field 1. */
export const ipAddress: Scalar<IpAddress> = {
  ...canonicalText('an IP address', parseIpAddress),
  write: (writer, value) => writeMessage(writer, value, 0),
  read(reader) {
    const start = reader.pos;
    const length = reader.uint32();
    // Some writers send the bare bytes; no message about an address has one of these lengths.
    reader.pos = start;
    return addressOf(length === 4 || length === 16 ? reader.bytes() : readParts(reader).ip);
  },
};

/** common.NetIPPrefix: the address is field 1, the length of the prefix field 2. */
export const ipPrefix: Scalar<IpPrefix> = {
  ...canonicalText('an IP prefix', parseIpPrefix),
  write: (writer, value) => writeMessage(writer, ipPrefixAddress(value), value === '' ? 0 : ipPrefixBits(value)),
  read(reader) {
    const { ip, number } = readParts(reader);
    return ipPrefixFrom(addressOf(ip), number);
  },
};

/** common.NetIPPort: the address is field 1, the port field 2. */
export const ipPort: Scalar<IpPort> = {
  ...canonicalText('an IP address and port', parseIpPort),
  write: (writer, value) => writeMessage(writer, ipPortAddress(value), ipPortNumber(value)),
  read(reader) {
    const { ip, number } = readParts(reader);
    return ipPortFrom(addressOf(ip), number);
  },
};

function canonicalText<T extends string>(what: string, parse: (text: string) => T | undefined) {
  const check = (value: unknown, path: string): T => {
    if (typeof value !== 'string') throw mismatch(path, what, value);
    const parsed = parse(value);
    if (parsed === undefined) throw new SchemaError(path, `not ${what}: ${JSON.stringify(value)}`);
    return parsed;
  };
  return {
    zero: '' as T,
    wireType: WireType.LengthDelimited,
    check,
    isZero: (value: T) => value === '',
    equals: Object.is,
    toPlain: (value: T) => value,
    fromPlain: (value: unknown, path: string) => check(value ?? '', path),
  };
}

function writeMessage(writer: BinaryWriter, address: IpAddress, number: number): void {
  const ip = ipAddressToBytes(address);
  writer.fork();
  if (ip.length > 0) writer.tag(1, WireType.LengthDelimited).bytes(ip);
  if (number !== 0) writer.tag(2, WireType.Varint).int32(number);
  writer.join();
}

function readParts(reader: BinaryReader): { ip: Uint8Array; number: number } {
  let ip: Uint8Array = NO_BYTES;
  let number = 0;
  readMessage(reader, (field, wireType) => {
    if (field === 1 && wireType === WireType.LengthDelimited) ip = reader.bytes();
    else if (field === 2 && wireType === WireType.Varint) number = reader.int32();
    else return false;
    return true;
  });
  return { ip, number };
}

function addressOf(bytes: Uint8Array): IpAddress {
  const address = ipAddressFromBytes(bytes);
  if (address === undefined) throw new RangeError(`no IP address has ${bytes.length} bytes`);
  return address;
}

const NO_BYTES = new Uint8Array(0);
