import { goVersion } from './go-program.ts';

/** Says once why so much is skipped. */
export default function setup(): void {
  if (goVersion === undefined)
    process.stderr.write('Interoperability is not tested: there is no `go` on this machine.\n');
}
