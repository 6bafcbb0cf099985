import { afterEach, expect, test, vi } from "vitest";
import { toast, toasts } from "./toast";

afterEach(() => toast.dismiss());
const titles = () => toasts.read().map((each) => each.title);

test("at most three stand at once: the oldest goes", () => {
  for (const title of ["a", "b", "c", "d"]) toast.success(title);
  expect(titles()).toEqual(["b", "c", "d"]);
});

test("one of the same id is replaced", () => {
  toast.info("Saving", { id: "save" });
  toast.success("Saved", { id: "save" });
  expect(titles()).toEqual(["Saved"]);
});

test("what can be undone, and errors, stay longer", () => {
  toast.success("Saved");
  toast.success("Rolled back", { action: { label: "Undo", onClick: () => {} } });
  toast.error("Not saved");
  expect(toasts.read().map((each) => each.duration)).toEqual([5_000, 10_000, 10_000]);
});

test("listeners are told of each change until they leave", () => {
  const told = vi.fn();
  const leave = toasts.subscribe(told);
  const id = toast.success("a");
  toast.dismiss(id);
  leave();
  toast.success("b");
  expect(told).toHaveBeenCalledTimes(2);
});
