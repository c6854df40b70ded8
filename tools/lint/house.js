// The rules of this house that no stock rule covers: docs/architecture.md says why each exists.
import { enums } from './enums.js';
import { host } from './host.js';
import { imports } from './imports.js';

export default { meta: { name: 'house' }, rules: { enums, host, imports } };
