"use client";

import { useQuery, useQueryClient } from "@tanstack/react-query";
import {
  createContext,
  lazy,
  type ReactNode,
  Suspense,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import { ErrorState } from "@/components/error-state";
import { onUnauthenticated, problemOf, type SignInConfig, type User } from "@/lib/api";
import { configQuery, keys, meQuery } from "@/lib/queries";
import { useLeadToSignIn } from "./use-lead-to-sign-in";

// Its code is loaded when a session ends.
const SessionEndedDialog = lazy(() => import("./session-ended-dialog"));

type Session = {
  user: User;
  config: SignInConfig;
  /** Counts the sign-ins of this page: what must begin again with a new session depends on it. */
  generation: number;
};

const SessionContext = createContext<Session | null>(null);

/** Who is signed in, and what the platform says about itself. Inside the shell only. */
export function useSession(): Session {
  const session = useContext(SessionContext);
  if (session === null) throw new Error("useSession() is for pages inside the shell");
  return session;
}

/** Shows `children` to people who are signed in, `fallback` until that is known; leads others to sign in. */
export function SessionProvider({ children, fallback }: { children: ReactNode; fallback: ReactNode }) {
  const me = useQuery(meQuery());
  const config = useQuery(configQuery());
  const [ended, setEnded] = useState(false);
  const [generation, setGeneration] = useState(0);
  const client = useQueryClient();
  const signedIn = me.data !== undefined;
  useReloadForAnother(me.data?.uid);

  useEffect(() => {
    if (signedIn) return onUnauthenticated(() => setEnded(true));
  }, [signedIn]);
  useLeadToSignIn(me.error !== null && !signedIn && problemOf(me.error).status === 401, config.data);

  const session = useMemo<Session | null>(
    () => (me.data && config.data ? { user: me.data, config: config.data, generation } : null),
    [me.data, config.data, generation],
  );
  const onSignedIn = useCallback(
    (user: User) => {
      client.setQueryData(keys.me, user);
      setEnded(false);
      setGeneration((count) => count + 1);
      void client.invalidateQueries();
    },
    [client],
  );

  if (session !== null) {
    return (
      <SessionContext value={session}>
        {children}
        {ended && (
          <Suspense>
            <SessionEndedDialog email={session.user.email ?? ""} onSignedIn={onSignedIn} />
          </Suspense>
        )}
      </SessionContext>
    );
  }
  const error = [me.error, config.error].find((each) => each !== null && problemOf(each).status !== 401);
  if (!error) return fallback;
  const retry = () => Promise.all([me.refetch(), config.refetch()]);
  return (
    <main className="mx-auto max-w-xl px-4 py-24">
      <ErrorState error={error} retry={retry} />
    </main>
  );
}

/** Another tab signed in as somebody else: nothing of the one before may stay on the page. */
function useReloadForAnother(uid: string | undefined) {
  const first = useRef<string>(undefined);
  useEffect(() => {
    first.current ??= uid;
    if (uid !== first.current) window.location.reload();
  }, [uid]);
}
