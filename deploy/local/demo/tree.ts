/** Something with a parent; whatever parent is not among the nodes makes it a root. */
export interface TreeNode {
  readonly id: string
  readonly parentId: string
}

/** A node and the lines that lead to it, e.g. `│  └─ `. */
export interface Branch<N> {
  readonly node: N
  readonly branch: string
}

/**
 * The nodes in the order of reading, children below their parent and in the order given. Every node comes once, also
 * one that is its own ancestor.
 */
export const drawTree = <N extends TreeNode>(nodes: readonly N[]): Branch<N>[] => {
  const ids = new Set(nodes.map(({ id }) => id))
  const children = Map.groupBy(nodes, ({ parentId }) => parentId)
  const drawn = new Set<N>()
  const lines: Branch<N>[] = []

  const draw = (node: N, branch: string, below: string): void => {
    drawn.add(node)
    lines.push({ node, branch })
    const undrawn = (children.get(node.id) ?? []).filter((child) => !drawn.has(child))
    for (const [index, child] of undrawn.entries()) {
      if (drawn.has(child)) continue
      const isLast = index === undrawn.length - 1
      draw(child, `${below}${isLast ? '└─ ' : '├─ '}`, `${below}${isLast ? '   ' : '│  '}`)
    }
  }
  for (const node of nodes) if (!ids.has(node.parentId)) draw(node, '', '')
  for (const node of nodes) if (!drawn.has(node)) draw(node, '', '')
  return lines
}
