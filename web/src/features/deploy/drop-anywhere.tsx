"use client";

import { useRouter } from "next/navigation";
import { paths } from "@/lib/paths";
import { DropOverlay } from "./drop-overlay";
import { handOver } from "./source/handover";
import { useFileDrop } from "./source/use-file-drop";

/** For pages without a DeployPanel: files may be dropped anywhere on them, and the deploy page goes on with them. */
export function DropAnywhere({ site }: { site?: string }) {
  const router = useRouter();
  const held = useFileDrop((dropped) => {
    handOver(dropped);
    router.push(paths.deploy(site));
  });
  return held ? <DropOverlay text={site ? `Drop to deploy to ${site}` : "Drop to deploy"} /> : null;
}
