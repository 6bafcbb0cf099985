import type { Metadata } from "next";
import { CliPage } from "@/features/auth/cli-page";

export const metadata: Metadata = { title: "Sign in the command line" };

export default function Page() {
  return <CliPage />;
}
