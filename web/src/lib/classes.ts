/**
 * Which of Tailwind's classes say the same thing, so that a later one replaces an earlier: `px-4` after `px-3`. The
 * library for it knows all of them and costs 8 kB on every page; this knows those that this code uses, and its test
 * compares the two.
 */
const SIZES = "xs|sm|base|lg|xl|\\dxl|\\[[\\d.]+(?:px|rem)\\]";

// The first that fits names the group; "$1" in a name stands for what the first bracket took.
const GROUPS: readonly (readonly [pattern: RegExp, group: string])[] = [
  [
    /^(?:block|inline|inline-block|flex|inline-flex|grid|inline-grid|contents|hidden|flow-root|list-item|table(?:-(?:row|cell|caption)(?:-group)?)?)$/,
    "display",
  ],
  [/^(?:static|fixed|absolute|relative|sticky)$/, "position"],
  [new RegExp(`^text-(?:${SIZES})(?:/.+)?$`), "text-size"],
  [/^text-(?:left|center|right|start|end|justify)$/, "text-align"],
  [/^text-(?:wrap|nowrap|balance|pretty)$/, "text-wrap"],
  [/^(?:truncate|text-ellipsis|text-clip)$/, "text-overflow"],
  [/^text-/, "text-color"],
  [/^font-(?:sans|serif|mono)$/, "font-family"],
  [/^font-/, "font-weight"],
  [/^bg-/, "bg"],
  [/^border(?:-(?:\d+|\[\d.*\]))?$/, "border-width"],
  [/^border-([xytrbl])(?:-(?:\d+|\[\d.*\]))?$/, "border-width-$1"],
  [/^border-(?:solid|dashed|dotted|double|none)$/, "border-style"],
  [/^border-([xytrbl])-/, "border-color-$1"],
  [/^border-/, "border-color"],
  [/^rounded-([trbl]{1,2})(?:-.+)?$/, "rounded-$1"],
  [/^rounded(?:-.+)?$/, "rounded"],
  [/^flex-(?:row|col)(?:-reverse)?$/, "flex-direction"],
  [/^flex-(?:wrap|nowrap|wrap-reverse)$/, "flex-wrap"],
  [/^flex-/, "flex"],
  [/^(?:un)?(?:whitespace|break)-/, "$&"],
  [/^(?:normal-case|uppercase|lowercase|capitalize)$/, "text-transform"],
  [/^(?:underline|no-underline|line-through)$/, "text-decoration"],
  [/^-?(p[xytrbl]?|m[xytrbl]?|inset(?:-[xy])?|top|right|bottom|left|translate-[xy])-/, "$1"],
  [/^(gap(?:-[xy])?|size|w|h|min-w|min-h|max-w|max-h|space-[xy]|z|opacity|cursor|leading|tracking|basis)-/, "$1"],
  [/^(items|justify-items|justify-self|justify|self|content|place-content|place-items)-/, "$1"],
  [/^(overflow(?:-[xy])?|grid-cols|grid-rows|col-span|row-span|shrink|grow|animate|select|pointer-events)-/, "$1"],
  [/^(shrink|grow)$/, "$1"],
  [/^transition(?:-.+)?$/, "transition"],
  [/^shadow(?:-.+)?$/, "shadow"],
  [/^-?outline-offset-/, "outline-offset"],
];

/** What a shorthand replaces beside its own group. */
const COVERS: Readonly<Record<string, readonly string[]>> = {
  p: ["px", "py", "pt", "pr", "pb", "pl"],
  px: ["pr", "pl"],
  py: ["pt", "pb"],
  m: ["mx", "my", "mt", "mr", "mb", "ml"],
  mx: ["mr", "ml"],
  my: ["mt", "mb"],
  inset: ["inset-x", "inset-y", "top", "right", "bottom", "left"],
  "inset-x": ["right", "left"],
  "inset-y": ["top", "bottom"],
  gap: ["gap-x", "gap-y"],
  size: ["w", "h"],
  overflow: ["overflow-x", "overflow-y"],
  "text-size": ["leading"],
  flex: ["basis", "grow", "shrink"],
  rounded: ["t", "r", "b", "l", "tl", "tr", "bl", "br"].map((corner) => `rounded-${corner}`),
  "border-width": ["x", "y", "t", "r", "b", "l"].map((side) => `border-width-${side}`),
  "border-width-x": ["border-width-r", "border-width-l"],
  "border-width-y": ["border-width-t", "border-width-b"],
  "border-color": ["x", "y", "t", "r", "b", "l"].map((side) => `border-color-${side}`),
};

type Place = readonly [variants: string, group: string];

const known = new Map<string, Place>();

/** Later classes replace earlier ones of the same group and the same variants (`hover:`, `sm:`). */
export function mergeClasses(classes: string): string {
  const taken = new Set<string>();
  const kept: string[] = [];
  for (const name of classes.split(/\s+/).filter(Boolean).reverse()) {
    const [variants, group] = placeOf(name);
    if (taken.has(variants + group)) continue;
    for (const each of [group, ...(COVERS[group] ?? [])]) taken.add(variants + each);
    kept.push(name);
  }
  return kept.reverse().join(" ");
}

function placeOf(name: string): Place {
  let place = known.get(name);
  if (place === undefined) {
    place = read(name);
    known.set(name, place);
  }
  return place;
}

/** A class of no known group only replaces itself. */
function read(name: string): Place {
  const at = lastColon(name);
  const base = name.slice(at + 1);
  for (const [pattern, group] of GROUPS) {
    const found = pattern.exec(base);
    if (found) return [name.slice(0, at + 1), group.replace("$1", found[1] ?? "").replace("$&", found[0])];
  }
  return ["", name];
}

/** Where the variants end: colons in brackets are part of a value. */
function lastColon(name: string): number {
  let depth = 0;
  let at = -1;
  for (let index = 0; index < name.length; index++) {
    const letter = name[index];
    if (letter === "[" || letter === "(") depth += 1;
    else if (letter === "]" || letter === ")") depth -= 1;
    else if (letter === ":" && depth === 0) at = index;
  }
  return at;
}
