import { Field } from "@/components/field";
import { Input } from "@/components/ui/input";

type EmailFieldProps = { error?: string | undefined; defaultValue?: string | undefined; autoFocus?: boolean };

/** RFC 5321 has no longer addresses than 254 characters. */
export function EmailField({ error, ...input }: EmailFieldProps) {
  return (
    <Field label="Email" error={error}>
      {(control) => (
        <Input {...control} type="email" name="email" autoComplete="username" required maxLength={254} {...input} />
      )}
    </Field>
  );
}
