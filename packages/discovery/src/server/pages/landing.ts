import type { WebResponse } from '@cosi-ts/core';
import { htmlPage } from './html.ts';

/** What the service is, for somebody who opens its address in a browser. */
export function landingPage(): WebResponse {
  return htmlPage(
    'Discovery service',
    `<p>Nodes of a cluster find each other here, even behind addresses that none of them knows beforehand. Each of them
tells its addresses and asks for those of the others.</p>
<p>The service cannot read what it is told. Nodes seal it with a key that only their cluster has: what describes a node
with AES in GCM mode, and each endpoint by itself with AES in ECB mode, so that the same endpoint reported twice is
stored once. What the service sees is the cluster's id, the ids of its nodes, sizes, times, and the network addresses
that calls come from.</p>
<p>Everything is held in memory for as long as its sender said, half an hour at most, and may be kept in a snapshot on
disk over a restart of the service.</p>
<p>See for yourself <a href="/inspect">what is known about a cluster</a>.</p>`,
  );
}
