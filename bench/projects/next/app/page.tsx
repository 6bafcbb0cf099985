export const dynamic = "force-dynamic"; // rendered by the server at each request

export default function Page() {
  return <h1>{"@VERSION@"}</h1>;
}
