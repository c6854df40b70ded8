import type { Clock, WebResponse } from '@cosi-ts/core';
import type { Clusters } from '../state/clusters.ts';

/** Milliseconds that an answer is good for: it counts all there is, and anybody may ask. */
const TTL = 3_600_000;

/** How many affiliates there are in all clusters together, as JSON for other sites to show. */
export function statsPage(clusters: Clusters, clock: Clock, ttl = TTL): () => WebResponse {
  let answer: WebResponse | undefined;
  let expires = 0;
  return () => {
    const now = clock.monotonic();
    if (answer !== undefined && now < expires) return answer;
    expires = now + ttl;
    answer = {
      status: 200,
      headers: { 'content-type': 'application/json', 'access-control-allow-origin': '*' },
      body: JSON.stringify({ affiliates: clusters.counts().affiliates }),
    };
    return answer;
  };
}
