import { messageOf, RpcError, type WebResponse } from '@cosi-ts/core';
import { readEntry } from '../../wire/entries.ts';
import { unpack, type Packed } from '../../wire/packed.ts';
import { checkClusterId } from '../limits.ts';
import type { Clusters } from '../state/clusters.ts';
import { escapeHtml, htmlPage } from './html.ts';

/** Shows a cluster's affiliates as they are: sealed. Asking creates nothing. */
export function inspectPage(clusters: Clusters, query: URLSearchParams): WebResponse {
  const clusterId = query.get('clusterID') ?? '';
  if (clusterId === '') return htmlPage(TITLE, form(''));
  try {
    checkClusterId(clusterId);
  } catch (error) {
    if (!(error instanceof RpcError)) throw error;
    return htmlPage(TITLE, `${form(clusterId)}<p>${escapeHtml(messageOf(error))}</p>`, 400);
  }
  return htmlPage(TITLE, form(clusterId) + affiliates(clusters, clusterId));
}

const TITLE = 'Inspect a cluster';

function form(clusterId: string): string {
  return `<form method="get" action="/inspect">
<label>Cluster id <input name="clusterID" size="48" value="${escapeHtml(clusterId)}"></label> <button>Show</button>
</form>
`;
}

function affiliates(clusters: Clusters, clusterId: string): string {
  const rows: string[] = [];
  for (let entry = clusters.find(clusterId)?.oldest; entry !== undefined; entry = entry.newer) {
    if (entry.value !== undefined) rows.push(row(entry.key, entry.value.entry));
  }
  if (rows.length === 0) return '<p>No affiliates are known in this cluster.</p>';
  return `<table>
<tr><th>Affiliate</th><th>Data, sealed</th><th>Endpoints, sealed</th></tr>
${rows.join('\n')}
</table>`;
}

function row(id: string, entry: Packed): string {
  const { data, endpoints } = readEntry(entry);
  return `<tr><td>${escapeHtml(id)}</td><td>${hex(data)}</td><td>${endpoints.map(hex).join('<br>')}</td></tr>`;
}

function hex(packed: Packed): string {
  return unpack(packed).toString('hex');
}
