/** Where a deployment's log is to be had as a text file. */
export function logDownload(deploymentId: string, stage?: string): string {
  const query = new URLSearchParams({ format: "text", download: "true", ...(stage ? { stage } : {}) });
  return `/api/deployments/${encodeURIComponent(deploymentId)}/logs?${query}`;
}
