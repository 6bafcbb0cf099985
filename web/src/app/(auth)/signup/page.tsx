import type { Metadata } from "next";
import { SignupPage } from "@/features/auth/signup-page";

export const metadata: Metadata = { title: "Create an account" };

export default function Page() {
  return <SignupPage />;
}
