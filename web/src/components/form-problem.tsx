import { problemOf } from "@/lib/problem";

/** Above a form's button: why it was refused, in the API's words. Nothing while there is no error. */
export function FormProblem({ error, id }: { error: unknown; id?: string }) {
  if (error === null || error === undefined) return null;
  const problem = problemOf(error);
  return (
    <div role="alert" id={id} data-code={problem.code} className="rounded-md bg-danger-soft px-3 py-2 text-sm">
      <p className="break-words font-medium text-danger">{problem.detail}</p>
      {problem.hint && <p className="mt-0.5 break-words text-foreground">{problem.hint}</p>}
    </div>
  );
}
