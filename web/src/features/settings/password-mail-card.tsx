"use client";

import { useMutation } from "@tanstack/react-query";
import { FormProblem } from "@/components/form-problem";
import { Button } from "@/components/ui/button";
import { Card, CardContent, CardDescription, CardHeader, CardTitle } from "@/components/ui/card";
import { useIdentity, useSession } from "@/features/session";

/** Where Firebase keeps the passwords: it mails the link with which one is changed. */
export function PasswordMailCard() {
  const { user } = useSession();
  const identity = useIdentity();
  const address = user.email ?? "";
  const send = useMutation({ mutationFn: async () => (await identity()).mailPasswordLink?.(address) });
  return (
    <Card>
      <CardHeader>
        <CardTitle>Password</CardTitle>
        <CardDescription>
          Firebase keeps it. A link with which you change it is sent to your address; your sessions end when you do. API
          tokens stay as they are.
        </CardDescription>
      </CardHeader>
      <CardContent className="space-y-4">
        <FormProblem error={send.error} />
        <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
          <Button onClick={() => send.mutate()} disabled={send.isPending || address === ""}>
            {send.isPending ? "Sending…" : "Send me a link to change it"}
          </Button>
          <p role="status" className="min-w-0 break-words text-muted-foreground">
            {send.isSuccess && `On its way to ${address}.`}
          </p>
        </div>
      </CardContent>
    </Card>
  );
}
