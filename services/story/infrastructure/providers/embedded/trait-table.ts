/** Axis and value, such as rank 1, by word, from lists of words by value by axis. */
export const traitTable = (
  axes: Readonly<Record<string, Readonly<Record<string, string>>>>,
): ReadonlyMap<string, { axis: string; value: string }> =>
  new Map(
    Object.entries(axes).flatMap(([axis, values]) =>
      Object.entries(values).flatMap(([value, list]) =>
        list.split(/\s+/u).map((word) => [word, { axis, value }] as const),
      ),
    ),
  )
