import { deployGit, type GitRequest, me, problemOf, type SignInConfig } from "@/lib/api";
import { formatBytes } from "@/lib/format";
import { refusal, tooLarge } from "../source/problems";
import type { FileSource, FolderSource } from "../source/source";
import { Rate } from "./rate";
import { type UploadProgress, upload } from "./upload";

export type GitOrder = { kind: "git"; request: Omit<GitRequest, "site" | "env"> };
export type Order = { site: string; env: Record<string, string>; source: FileSource | GitOrder };

export type SendProgress =
  | { phase: "packing"; bytes: number; total: number; files: number; allFiles: number }
  | { phase: "sending"; bytes: number; total: number; speed: number | null; left: number | null }
  /** All is with the platform; there is nothing left that leaving the page could stop. */
  | { phase: "accepting" }
  | { phase: "preparing" };

type Delivery = {
  signal: AbortSignal;
  limits: Pick<SignInConfig, "upload_max_bytes">;
  report: (progress: SendProgress) => void;
  /** Keeps what was packed, so that a second attempt begins with sending. */
  packed: WeakMap<FolderSource, Blob>;
};

/** Packs, sends and gives the new deployment's id. Throws a Problem, or the signal's reason when it was stopped. */
export async function deliver(order: Order, delivery: Delivery): Promise<string> {
  delivery.report({ phase: order.source.kind === "git" ? "accepting" : "preparing" });
  const answer =
    order.source.kind === "git"
      ? await deployGit({ body: withoutNothing(order, order.source), signal: delivery.signal })
      : await sendFiles(order, order.source, delivery);
  return idOf(answer);
}

async function sendFiles({ site, env }: Order, source: FileSource, delivery: Delivery): Promise<unknown> {
  const { signal, report, limits } = delivery;
  // A session that has ended, and an archive that is too large, are refused while the archive is still on its way, and
  // a browser then says no more than that the connection was cut. So both are looked at before.
  await me({ signal });
  const { file, name } = await archiveOf(source, site, delivery);
  if (file.size > limits.upload_max_bytes) throw tooLarge(formatBytes(limits.upload_max_bytes));
  const body = new FormData();
  body.append("site", site);
  if (Object.keys(env).length > 0) body.append("env", JSON.stringify(env));
  body.append("file", file, name);
  const rate = new Rate();
  const onProgress = ({ sent, total }: UploadProgress) => {
    rate.add(sent, performance.now());
    const left = rate.millisecondsLeft(total);
    report(
      sent < total
        ? { phase: "sending", bytes: sent, total, speed: rate.bytesPerSecond, left }
        : { phase: "accepting" },
    );
  };
  report({ phase: "sending", bytes: 0, total: file.size, speed: null, left: null });
  try {
    return await upload({ url: "/api/deployments/zip", body, signal, onProgress });
  } catch (error) {
    if (problemOf(error).status === 401) await me({ signal }); // tells the page, which asks for the password
    throw error;
  }
}

async function archiveOf(
  source: FileSource,
  site: string,
  { signal, limits, report, packed }: Delivery,
): Promise<{ file: Blob; name: string }> {
  if (source.kind === "archive") return { file: source.file, name: source.name };
  const { files, bytes: total } = source.folder;
  let file = packed.get(source);
  if (!file) {
    report({ phase: "packing", bytes: 0, total, files: 0, allFiles: files.length });
    const { pack } = await import("../source/zip");
    file = await pack(files, {
      signal,
      maxBytes: limits.upload_max_bytes,
      onProgress: (done) => report({ phase: "packing", total, allFiles: files.length, ...done }),
    });
    packed.set(source, file);
  }
  return { file, name: `${source.name || site}.zip` };
}

/** What was left empty is not sent: an empty reference is none that could be looked for. */
function withoutNothing({ site, env }: Order, { request }: GitOrder): GitRequest {
  const { url, ref, subdirectory, token } = request;
  return {
    url,
    site,
    ...(ref ? { ref } : {}),
    ...(subdirectory ? { subdirectory } : {}),
    ...(token ? { token } : {}),
    ...(Object.keys(env).length > 0 ? { env } : {}),
  };
}

function idOf(answer: unknown): string {
  const id = typeof answer === "object" && answer !== null && "id" in answer ? answer.id : undefined;
  if (typeof id === "string") return id;
  throw refusal(
    "answer_unknown",
    "The platform’s answer was not understood.",
    "Look among your sites; it may be there.",
  );
}
