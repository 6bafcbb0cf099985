import type { ControlProps } from "@/components/field";
import { NativeSelect, NativeSelectOption } from "@/components/ui/native-select";
import type { Expiry } from "./expiry";

interface Props {
  control: ControlProps;
  expiries: readonly Expiry[];
  value: string;
  onChange: (value: string) => void;
}

export function ExpirySelect({ control, expiries, value, onChange }: Props) {
  return (
    <NativeSelect
      {...control}
      className="w-full sm:w-36"
      value={value}
      onChange={(event) => onChange(event.target.value)}
    >
      {expiries.map((expiry) => (
        <NativeSelectOption key={expiry.value} value={expiry.value}>
          {expiry.label}
        </NativeSelectOption>
      ))}
    </NativeSelect>
  );
}
