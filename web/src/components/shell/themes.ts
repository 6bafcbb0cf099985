import { MonitorIcon, MoonIcon, SunIcon } from "lucide-react";

export const THEMES = [
  { value: "system", label: "As the system", icon: MonitorIcon },
  { value: "light", label: "Light", icon: SunIcon },
  { value: "dark", label: "Dark", icon: MoonIcon },
] as const;
