import type { Limits as Sent } from "@/lib/api";

const MIB = 1024 ** 2;

export type Limits = Required<Sent>;

/** The API's description calls them optional because it has defaults (domain/plan.py); its answers hold all of them. */
export function whole(limits: Sent): Limits {
  return { memory_bytes: 512 * MIB, cpus: 1, pids: 256, ...limits };
}

/** The form's fields as typed: memory in MB (of 1024 × 1024 bytes), as the platform's settings are. */
export interface LimitsForm {
  memory: string;
  cpus: string;
  pids: string;
}

export type LimitsErrors = Partial<Record<keyof LimitsForm, string>>;

export function formOf(limits: Limits): LimitsForm {
  return {
    memory: String(Math.round(limits.memory_bytes / MIB)),
    cpus: String(limits.cpus),
    pids: String(limits.pids),
  };
}

export function limitsOf(form: LimitsForm): Limits {
  return {
    memory_bytes: Math.round(numberOf(form.memory) * MIB),
    cpus: numberOf(form.cpus),
    pids: numberOf(form.pids),
  };
}

/** `most` is null for admins, whom only the API's own bounds hold. */
export function limitsErrors(form: LimitsForm, most: Limits | null): LimitsErrors {
  const top = most ? formOf(most) : { memory: "1048576", cpus: "256", pids: "65536" };
  const errors: LimitsErrors = {};
  check(errors, "memory", form.memory, 16, Number(top.memory), " MB");
  check(errors, "cpus", form.cpus, 0.05, Number(top.cpus), "");
  check(errors, "pids", form.pids, 8, Number(top.pids), "");
  if (!errors.pids && !Number.isInteger(numberOf(form.pids))) errors.pids = "Give a whole number.";
  return errors;
}

/** A site that an admin has given more than the rest keeps it. */
export function mostOf(platform: Limits, site: Limits): Limits {
  return {
    memory_bytes: Math.max(platform.memory_bytes, site.memory_bytes),
    cpus: Math.max(platform.cpus, site.cpus),
    pids: Math.max(platform.pids, site.pids),
  };
}

export function sameLimits(one: Limits, other: Limits): boolean {
  return one.memory_bytes === other.memory_bytes && one.cpus === other.cpus && one.pids === other.pids;
}

function check(errors: LimitsErrors, name: keyof LimitsForm, text: string, least: number, most: number, unit: string) {
  const value = numberOf(text);
  if (Number.isNaN(value)) errors[name] = "Give a number.";
  else if (value < least) errors[name] = `At least ${least}${unit}.`;
  else if (value > most) errors[name] = `At most ${most}${unit}.`;
}

function numberOf(text: string): number {
  const plain = text.trim().replace(",", ".");
  return /^\d+(\.\d+)?$/.test(plain) ? Number(plain) : Number.NaN;
}
