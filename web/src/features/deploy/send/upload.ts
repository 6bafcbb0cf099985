import { problemOf, problemOfText } from "@/lib/problem";

export type UploadProgress = { sent: number; total: number };
type Upload = {
  url: string;
  body: FormData;
  signal: AbortSignal;
  onProgress?: (progress: UploadProgress) => void;
};

/**
 * POST by XMLHttpRequest, because fetch() does not tell how much has been sent. Gives the answer's JSON; throws a
 * Problem, or the signal's reason when it was stopped.
 */
export function upload({ url, body, signal, onProgress }: Upload): Promise<unknown> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const request = new XMLHttpRequest();
    const stop = () => request.abort();
    signal.addEventListener("abort", stop);
    request.upload.addEventListener("progress", ({ loaded, total }) => onProgress?.({ sent: loaded, total }));
    request.addEventListener("load", () => {
      if (request.status >= 200 && request.status < 300) resolve(parsed(request));
      else reject(problemOfText(request.status, request.responseText));
    });
    request.addEventListener("error", () => reject(problemOf(new TypeError("no answer"))));
    request.addEventListener("abort", () => reject(signal.reason));
    request.addEventListener("loadend", () => signal.removeEventListener("abort", stop));
    request.open("POST", url);
    request.setRequestHeader("Accept", "application/json");
    request.send(body);
  });
}

function parsed(request: XMLHttpRequest): unknown {
  try {
    return JSON.parse(request.responseText);
  } catch {
    return null;
  }
}
