import { realHost } from '@cosi-ts/core';
import { API_LISTEN, EncodeCache, MemoryState, apiAccess, apiServices, stateService } from '@cosi-ts/runtime';
import { Member } from '../member.ts';

// A state server that knows the type: it decodes what is written, and encodes what is read. `typed-server.ts ADDRESS`

const [address = ''] = process.argv.slice(2);
const host = realHost();
const types = { find: (type: string) => (type === Member.type ? Member : undefined) };
const state = new MemoryState({ clock: host.clock, random: host.random, pace: host.pace, types });
const rolesOf = () => ['os:admin'];
const access = apiAccess({ type: types.find, hasNamespace: () => true, openNamespaces: 'all' }, rolesOf);
const service = stateService(state, { types, encodings: new EncodeCache(), pace: host.pace, access });
await host.rpc.listen({ address }, apiServices([service], { rolesOf }), API_LISTEN);
