import { connect } from 'node:net';

/** Where a device in user space listens, as all of WireGuard's tools expect it. */
function uapiSocket(link: string): string {
  return `/var/run/wireguard/${link}.sock`;
}

/** Milliseconds that a device has to answer. */
const TIMEOUT = 5000;

/**
 * Says one thing to a device in user space and gives its answer.
 *
 * @throws Error with the code `ENOENT` or `ECONNREFUSED` if there is none
 */
export function askUapi(link: string, request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(uapiSocket(link));
    let answer = '';
    socket.setEncoding('utf8').setTimeout(TIMEOUT, () => socket.destroy(new Error(`${link} does not answer`)));
    socket.on('connect', () => socket.write(request));
    socket.on('data', (text: string) => {
      answer += text;
      if (!answer.endsWith('\n\n')) return;
      socket.destroy();
      resolve(answer);
    });
    socket.on('error', reject);
    socket.on('close', () => reject(new Error(`${link} hung up`)));
  });
}
