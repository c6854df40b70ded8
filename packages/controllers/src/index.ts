export { Base62Error, decodeBase62, encodeBase62 } from './identity/base62.ts';
export { formatHardwareAddress, hardwareAddressFromName, parseHardwareAddress } from './identity/hardware-address.ts';
export { NODE_ID_BYTES, NodeIdError, machineIdOf, nodeIdBytes, nodeIdFrom } from './identity/node-id.ts';
export { isKubespanUla, isSiderolinkUla, kubespanAddress, kubespanSubnet } from './identity/ula.ts';
export {
  WIREGUARD_KEY_BYTES,
  isWireguardKey,
  wireguardKeyPairFrom,
  wireguardPublicKey,
  type WireguardKeyPair,
} from './identity/wireguard-key.ts';
